using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover;

/// <summary>An application with what happened to it lately.</summary>
/// <param name="Releases">Newest first: down to the last that succeeded, and before that the failovers that were asked for.</param>
/// <param name="Stable">The last that succeeded.</param>
/// <param name="Placement">Where that put it.</param>
internal sealed record ApplicationHistory(Application Application, IReadOnlyList<Release> Releases, Release Stable, PreviousPlacement Placement, IReadOnlyList<WorkloadNeed> Needs)
{
    /// <summary>Why it must not run twice; null: it may.</summary>
    public string? Stateful { get; init; }

    /// <summary>Who may change it, as of the moment of the releases.</summary>
    public ArbiterLease? Lease { get; init; }

    /// <summary>The release under way.</summary>
    public Release? Active => Releases.FirstOrDefault(r => !r.IsOver);

    /// <summary>The failovers that were for a loss, newest first.</summary>
    public IReadOnlyList<Release> FailoversFrom(ClusterLoss loss) =>
        [.. Releases.Where(r => r.Kind == ReleaseKind.Failover && r.Change!.Losses.TryGetValue(loss.Cluster, out var number) && number == loss.Number)];
}
