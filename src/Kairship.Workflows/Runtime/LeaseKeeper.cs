using System.Collections.Concurrent;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>Renews the leases of bursts that take long, all of them in one call, three times a lease. A burst whose lease is gone is told so.</summary>
internal sealed class LeaseKeeper : IDisposable
{
    private readonly ConcurrentDictionary<string, (long Epoch, DateTimeOffset Since, Action Lost)> held = new();
    private readonly IWorkflowStore store;
    private readonly WorkflowRuntimeOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private int renewing;

    public LeaseKeeper(IWorkflowStore store, WorkflowRuntimeOptions options, TimeProvider time, ILogger logger)
    {
        (this.store, this.options, this.time, this.logger) = (store, options, time, logger);
        timer = time.CreateTimer(_ => _ = RenewAsync(), null, options.Lease / 3, options.Lease / 3);
    }

    public void Add(string instanceId, long epoch, Action lost) => held[instanceId] = (epoch, time.GetUtcNow(), lost);

    public void Remove(string instanceId) => held.TryRemove(instanceId, out _);

    public void Dispose() => timer.Dispose();

    private async Task RenewAsync()
    {
        var young = time.GetUtcNow() - (options.Lease / 6);
        var old = held.Where(h => h.Value.Since <= young).ToList();
        if (old.Count == 0 || Interlocked.Exchange(ref renewing, 1) == 1)
        {
            return;
        }

        try
        {
            var lost = await store.RenewAsync(options.Owner, [.. old.Select(h => new HeldInstance(h.Key, h.Value.Epoch))], options.Lease, CancellationToken.None);
            foreach (var id in lost)
            {
                // It may have been released and claimed again by this node in the meantime: only that epoch is lost.
                var before = old.First(h => h.Key == id).Value;
                if (held.TryGetValue(id, out var now) && now.Epoch == before.Epoch)
                {
                    now.Lost();
                }
            }
        }
        catch (Exception e)
        {
            logger.RenewFailed(e);
        }
        finally
        {
            Interlocked.Exchange(ref renewing, 0);
        }
    }
}
