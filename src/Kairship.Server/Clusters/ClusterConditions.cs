using System.Collections.Concurrent;
using Kairship.Fleet.Health;

namespace Kairship.Server.Clusters;

/// <summary>The last probe of each cluster, as this node saw it.</summary>
internal sealed class ClusterConditions
{
    private readonly ConcurrentDictionary<string, ClusterCondition> last = new();

    public ClusterCondition? Find(string cluster) => last.GetValueOrDefault(cluster);

    public IReadOnlyCollection<ClusterCondition> All => [.. last.Values];

    /// <summary>True when its readiness is another than before.</summary>
    public bool Record(ClusterCondition condition)
    {
        var before = Find(condition.Cluster);
        last[condition.Cluster] = condition;
        return before?.Ready != condition.Ready;
    }

    public void Forget(string cluster) => last.TryRemove(cluster, out _);
}
