using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kairship.Workflows.Runtime;

/// <summary>Brings an instance to where it runs. Returns at once; may be called for anything at any time.</summary>
public interface IInstanceDispatcher
{
    void Dispatch(string instanceId);

    /// <summary>Whether a new instance may run in the very process that creates it, at once: it is then created as claimed. Signals for it must reach this process
    /// from then on, as <see cref="WorkflowRuntime"/> tells its running bursts by itself only what comes through it.</summary>
    bool RunsWhereCreated => false;
}

/// <summary>Runs instances in this process with a bounded number of workers, started as they are needed. An instance that is queued already is not queued twice.</summary>
public sealed class InProcessDispatcher(Func<string, CancellationToken, Task> run, int maxConcurrent) : IInstanceDispatcher
{
    private readonly Channel<string> queue = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, bool> queued = new();
    private int workers;

    public bool RunsWhereCreated => true;

    public void Dispatch(string instanceId)
    {
        if (queued.TryAdd(instanceId, true))
        {
            queue.Writer.TryWrite(instanceId);
            StartWorker();
        }
    }

    /// <summary>Unless all are there. Never counts one too many, even for a moment: the last worker to end, which looks again for whoever found it still there, would not get a place.</summary>
    private void StartWorker()
    {
        for (var seen = Volatile.Read(ref workers); seen < maxConcurrent;)
        {
            var found = Interlocked.CompareExchange(ref workers, seen + 1, seen);
            if (found == seen)
            {
                _ = Task.Run(WorkAsync);
                return;
            }

            seen = found;
        }
    }

    private async Task WorkAsync()
    {
        while (queue.Reader.TryRead(out var instanceId))
        {
            queued.TryRemove(instanceId, out _);
            try
            {
                await run(instanceId, CancellationToken.None);
            }
            catch (Exception)
            {
                // The runtime logs what goes wrong; an instance that could not run is found again by the sweep.
            }
        }

        Interlocked.Decrement(ref workers);
        if (queue.Reader.Count > 0)
        {
            StartWorker();
        }
    }
}
