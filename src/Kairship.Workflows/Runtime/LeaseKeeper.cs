using System.Collections.Concurrent;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>Renews the leases of bursts that take long, all of them in one call, three times a lease. A burst whose lease is gone is told so,
/// and one whose lease could not be renewed for as long as it lasts: somebody else may have the instance by then.</summary>
internal sealed class LeaseKeeper : IDisposable
{
    private readonly ConcurrentDictionary<string, (long Epoch, DateTimeOffset Since, DateTimeOffset Renewed, Action Lost)> held = new();
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

    public void Add(string instanceId, long epoch, Action lost) => held[instanceId] = (epoch, time.GetUtcNow(), time.GetUtcNow(), lost);

    public void Remove(string instanceId) => held.TryRemove(instanceId, out _);

    public void Dispose() => timer.Dispose();

    private async Task RenewAsync()
    {
        var now = time.GetUtcNow();
        var old = held.Where(h => h.Value.Since <= now - (options.Lease / 6)).ToList();
        if (old.Count == 0)
        {
            return;
        }

        if (Interlocked.Exchange(ref renewing, 1) == 1)
        {
            LoseExpired();
            return;
        }

        try
        {
            var lost = await store.RenewAsync(options.Owner, [.. old.Select(h => new HeldInstance(h.Key, h.Value.Epoch))], options.Lease, CancellationToken.None);
            foreach (var (id, before) in old)
            {
                // It may have been released and claimed again by this node in the meantime: only that epoch is lost.
                if (!lost.Contains(id))
                {
                    held.TryUpdate(id, before with { Renewed = now }, before);
                }
                else if (held.TryGetValue(id, out var current) && current.Epoch == before.Epoch)
                {
                    current.Lost();
                }
            }
        }
        catch (Exception e)
        {
            logger.RenewFailed(e);
            LoseExpired();
        }
        finally
        {
            Interlocked.Exchange(ref renewing, 0);
        }
    }

    /// <summary>While the store cannot be reached, the own clock says when a lease has ended.</summary>
    private void LoseExpired()
    {
        var ended = time.GetUtcNow() - options.Lease;
        foreach (var (_, expired) in held.Where(h => h.Value.Renewed <= ended))
        {
            expired.Lost();
        }
    }
}
