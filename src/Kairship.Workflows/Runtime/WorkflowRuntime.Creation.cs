using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>New instances, and their first run.</content>
public sealed partial class WorkflowRuntime
{
    /// <summary>Where this process runs it at once, it is created as claimed. Known here before it is there, so that a signal for it finds the burst that is about to
    /// begin. A node that dies in between leaves an instance claimed once, which the sweep takes up when the lease has ended.</summary>
    private async Task<CreateResult> CreateAsync(NewInstance instance, CancellationToken cancellationToken)
    {
        var entry = new ActiveInstance();
        if (stopping || !dispatcher.RunsWhereCreated || active.Count >= options.MaxConcurrentInstances || !active.TryAdd(instance.Id, entry))
        {
            var plain = await store.CreateInstanceAsync(instance, cancellationToken);
            Dispatch(plain.InstanceId);
            return plain;
        }

        instance = instance with { Claim = new FirstClaim(options.Owner, options.Lease) };
        CreateResult? created = null;
        try
        {
            created = await store.CreateInstanceAsync(instance, cancellationToken);
        }
        catch
        {
            // It may be there, held by this process, with only the answer lost.
            failed.Add(instance.Id);
            throw;
        }
        finally
        {
            if (created is not { Created: true })
            {
                entry.TryEnd(always: true);
                active.TryRemove(KeyValuePair.Create(instance.Id, entry));
                entry.Done.SetResult();
            }
        }

        if (created.Created)
        {
            entry.Created = instance.AsClaimed();
            _ = LoopAsync(instance.Id, entry);
        }
        else
        {
            Dispatch(created.InstanceId);
        }

        return created;
    }
}
