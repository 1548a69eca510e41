using System.Collections.Concurrent;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover;

/// <summary>An application with what happened to it lately.</summary>
/// <param name="Releases">Newest first, at least as far back as the last that succeeded.</param>
/// <param name="Stable">The last that succeeded.</param>
/// <param name="Placement">Where that put it.</param>
internal sealed record ApplicationHistory(Application Application, IReadOnlyList<Release> Releases, Release Stable, PreviousPlacement Placement, IReadOnlyList<WorkloadNeed> Needs)
{
    /// <summary>Why it must not run twice; null: it may.</summary>
    public string? Stateful { get; init; }

    /// <summary>The release under way.</summary>
    public Release? Active => Releases.FirstOrDefault(r => !r.IsOver);

    /// <summary>The failovers that were for a loss, newest first.</summary>
    public IReadOnlyList<Release> FailoversFrom(ClusterLoss loss) =>
        [.. Releases.Where(r => r.Kind == ReleaseKind.Failover && r.Change!.Losses.TryGetValue(loss.Cluster, out var number) && number == loss.Number)];
}

/// <summary>Reads where applications are and what happened to them. What a succeeded release put where never changes: it is read once.</summary>
internal sealed class ApplicationHistories(IDeliveryStore delivery)
{
    private const int Page = 30;
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <summary>null: it was never released, and so is nowhere.</summary>
    public async Task<ApplicationHistory?> ReadAsync(Application application, CancellationToken cancellationToken)
    {
        var releases = new List<Release>();
        Release? stable = null;
        while (stable is null)
        {
            var (items, total) = await delivery.ListReleasesAsync(application.Name, releases.Count, Page, cancellationToken);
            releases.AddRange(items);
            stable = items.FirstOrDefault(r => r.Status == ReleaseStatus.Succeeded);
            if (stable is null && (items.Count == 0 || releases.Count >= total))
            {
                return null;
            }
        }

        var what = known.TryGetValue(application.Name, out var before) && before.Release == stable.Id ? before : await KnowAsync(stable, cancellationToken);
        if (what is null)
        {
            return null;
        }

        known[application.Name] = what;
        var totals = ScalingTotals.Kept(application, what.Manifests, what.Plan);
        return new ApplicationHistory(
            application, releases, stable, what.Placement, [.. what.Needs.Select(n => totals.TryGetValue(n.Key, out var total) ? n with { Replicas = total } : n)])
        {
            Stateful = Statefulness.Of(application, what.Manifests),
        };
    }

    /// <param name="lost">The clusters that are lost now.</param>
    public async Task<FailoverCandidate> CandidateOfAsync(ApplicationHistory history, IReadOnlyCollection<string> lost, CancellationToken cancellationToken) =>
        new(history.Application, await WithRemainsAsync(history, lost, cancellationToken), history.Needs)
    {
        Stateful = history.Stateful, Lease = await delivery.GetArbiterLeaseAsync(history.Application.Name, cancellationToken), IsUnderWay = history.Active?.Kind == ReleaseKind.Failover, Uid = history.Application.Name,
    };

    /// <summary>The placement with the lost clusters that failovers without success have written to: what they left there may run, and is fenced as anything else.</summary>
    private async Task<PreviousPlacement> WithRemainsAsync(ApplicationHistory history, IReadOnlyCollection<string> lost, CancellationToken cancellationToken)
    {
        var replicas = history.Placement.Replicas.ToDictionary(r => r.Key, r => r.Value);
        foreach (var failover in history.Releases.Where(r => r is { Kind: ReleaseKind.Failover, IsOver: true } && r.Number > history.Stable.Number))
        {
            var touched = (await delivery.ListReleaseClustersAsync(failover.Id, cancellationToken)).Where(c => c.Phase != ClusterPhase.Waiting && lost.Contains(c.Cluster)).ToList();
            if (touched.Count > 0 && await delivery.GetPlanAsync(failover.Id, cancellationToken) is { } plan)
            {
                touched.ForEach(c => replicas.TryAdd(c.Cluster, plan.Targets.FirstOrDefault(t => t.Cluster == c.Cluster)?.Replicas ?? new Dictionary<string, int>()));
            }
        }

        return history.Placement with { Replicas = replicas };
    }

    private async Task<Known?> KnowAsync(Release stable, CancellationToken cancellationToken)
    {
        if (await delivery.GetPlanAsync(stable.Id, cancellationToken) is not { } plan
            || await delivery.GetRevisionAsync(stable.Application, stable.Revision, cancellationToken) is not { } revision)
        {
            return null;
        }

        var manifests = ManifestParser.FromJsonArray(revision.Manifests);
        return new Known(stable.Id, plan.ToPrevious(), plan, WorkloadNeed.Of(manifests), manifests);
    }

    private sealed record Known(string Release, PreviousPlacement Placement, Plan Plan, IReadOnlyList<WorkloadNeed> Needs, IReadOnlyList<Manifest> Manifests);
}
