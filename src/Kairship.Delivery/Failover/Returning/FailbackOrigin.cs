using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>Where an application was before it had to move: remembered until it is back, or until somebody releases it to a place of its own.</summary>
/// <param name="Release">The release that had put it there.</param>
/// <param name="At">When it left.</param>
public sealed record FailbackOrigin(string Application, PreviousPlacement Placement, string Release, DateTimeOffset At)
{
    public IEnumerable<string> Clusters => Placement.Replicas.Keys.Order(StringComparer.Ordinal);

    /// <summary>At a failover: the first place counts, however often it moves on.</summary>
    public static FailbackOrigin Remember(FailbackOrigin? known, string application, PreviousPlacement before, string release, DateTimeOffset at) =>
        known ?? new FailbackOrigin(application, before, release, at);

    /// <summary>It is in all clusters of its origin again, and in no other, whatever the numbers: these may have been scaled since.</summary>
    public bool IsBack(PreviousPlacement now) => now.Replicas.Keys.ToHashSet().SetEquals(Placement.Replicas.Keys);

    /// <summary>The clusters of the origin that it is not in now, by name: those whose return it waits for.</summary>
    public IReadOnlyList<string> Missing(PreviousPlacement now) => Clusters.Where(c => !now.Replicas.ContainsKey(c)).ToList();
}
