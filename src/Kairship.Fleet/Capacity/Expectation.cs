using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Fleet.Capacity;

/// <summary>Pods that are on their way, as the book has them deducted.</summary>
internal sealed class Expectation(CapacityBook book, ExpectedPods pods, DateTimeOffset until)
{
    private Assumption? _assumed;
    private int _missing = pods.Need.Replicas;

    public string Cluster => pods.Need.Cluster;

    public bool IsOver(DateTimeOffset now) => _missing <= 0 || until <= now;

    /// <summary>Deducts what is still missing; where less has room meanwhile, what has.</summary>
    public void Hold()
    {
        if (_assumed is null && _missing > 0)
        {
            var replicas = Math.Min(_missing, book.Free(Cluster, pods.Need.Pod) ?? _missing);
            _assumed = book.Assume([pods.Need with { Replicas = replicas }]);
        }
    }

    public void LetGo()
    {
        if (_assumed is { } assumed)
        {
            book.Release(assumed);
            _assumed = null;
        }
    }

    /// <summary>The pods of the cluster were counted anew: those that have come are no longer expected.</summary>
    public void Saw(IReadOnlyDictionary<string, int> workloads) => _missing = Math.Clamp(
        pods.Total - workloads.GetValueOrDefault(ClusterNodes.KeyOf(pods.Namespace, pods.Need.Workload)), 0, pods.Need.Replicas);
}
