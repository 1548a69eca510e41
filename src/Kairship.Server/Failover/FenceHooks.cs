using System.Collections.Concurrent;
using Kairship.Delivery.Failover;

namespace Kairship.Server.Failover;

/// <summary>Asks the hooks of applications that must not run twice, beside everything else: a hook that takes its time keeps nobody waiting. What a process that dies has not heard is asked again.</summary>
internal sealed class FenceHooks(FenceHookCaller caller, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<(string Application, string Cluster, long Loss), DateTimeOffset> asked = new();

    /// <summary>How many questions are remembered.</summary>
    public int Remembered => asked.Count;

    public void Ask(FailoverScene scene)
    {
        foreach (var over in asked.Keys.Where(k => scene.Lost.GetValueOrDefault(k.Cluster)?.Loss != k.Loss || !scene.Histories.ContainsKey(k.Application)))
        {
            asked.TryRemove(over, out _);
        }

        foreach (var item in scene.Order.Of(FailoverVerdict.Fence).Where(i => i.Hook is not null))
        {
            foreach (var cluster in item.From.Select(c => scene.Lost[c]).Where(c => FencingRules.WhyNot(c.Fencing, c.Name, c.Loss) is not null))
            {
                var key = (item.Application, cluster.Name, cluster.Loss);
                var now = time.GetUtcNow();
                if (asked.GetOrAdd(key, now) is var last && (last == now || (now - last >= AskAgain && asked.TryUpdate(key, now, last))))
                {
                    _ = AskAsync(item.Hook!, key);
                }
            }
        }
    }

    private async Task AskAsync(FenceHook hook, (string Application, string Cluster, long Loss) key)
    {
        try
        {
            await caller.AskAsync(hook, key.Cluster, key.Application, key.Loss, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The server stops; the next one asks again.
        }
    }
}
