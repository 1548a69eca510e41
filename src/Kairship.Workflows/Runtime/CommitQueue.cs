using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>
/// Group commit: the commits that arrive while one is under way share the next call. No timer: a lonely commit waits for nobody.
/// A call that fails fails all of its members (whether it was applied is unknown, so nothing is tried again); those go alone the next time, so that one bad
/// commit does not take others along again.
/// </summary>
internal sealed class CommitQueue(IWorkflowStore store, int maxBatch)
{
    private sealed record Item(InstanceCommit Commit, TaskCompletionSource<CommitOutcome> Done);

    private readonly Lock gate = new();
    private readonly LinkedList<Item> pending = [];
    private readonly HashSet<string> suspects = [];
    private bool flushing;

    public Task<CommitOutcome> CommitAsync(InstanceCommit commit)
    {
        var item = new Item(commit, new TaskCompletionSource<CommitOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            pending.AddLast(item);
            if (flushing)
            {
                return item.Done.Task;
            }

            flushing = true;
        }

        _ = FlushAsync();
        return item.Done.Task;
    }

    private async Task FlushAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                var outcomes = await store.CommitAsync([.. batch.Select(i => i.Commit)], CancellationToken.None);
                Clear(batch);
                for (var i = 0; i < batch.Count; i++)
                {
                    batch[i].Done.SetResult(outcomes[i]);
                }
            }
            catch (Exception e)
            {
                Suspect(batch);
                batch.ForEach(i => i.Done.TrySetException(e));
            }
        }
    }

    private List<Item> Take()
    {
        lock (gate)
        {
            var batch = new List<Item>();
            while (batch.Count < maxBatch && pending.First is { } next)
            {
                var alone = suspects.Contains(next.Value.Commit.InstanceId);
                if (alone && batch.Count > 0)
                {
                    break;
                }

                pending.RemoveFirst();
                batch.Add(next.Value);
                if (alone)
                {
                    break;
                }
            }

            flushing = batch.Count > 0;
            return batch;
        }
    }

    private void Suspect(List<Item> batch)
    {
        lock (gate)
        {
            suspects.UnionWith(batch.Select(i => i.Commit.InstanceId));
        }
    }

    private void Clear(List<Item> batch)
    {
        lock (gate)
        {
            if (suspects.Count > 0)
            {
                suspects.ExceptWith(batch.Select(i => i.Commit.InstanceId));
            }
        }
    }
}
