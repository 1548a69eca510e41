using System.Collections.Concurrent;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
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

    /// <summary>The failovers since a loss that were for it, newest first.</summary>
    public IReadOnlyList<Release> FailoversFrom(ClusterLoss loss) =>
        [.. Releases.Where(r => r.Kind == ReleaseKind.Failover && r.RequestedAt >= loss.At && r.Change!.Lost.Contains(loss.Cluster))];
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
        var totals = stable.Change?.Totals ?? new Dictionary<string, int>();
        return new ApplicationHistory(
            application, releases, stable, what.Placement, [.. what.Needs.Select(n => totals.TryGetValue(n.Key, out var total) ? n with { Replicas = total } : n)])
        {
            Stateful = Statefulness.Of(application, what.Manifests),
        };
    }

    public static FailoverCandidate CandidateOf(ApplicationHistory history, ArbiterLease? lease) => new(history.Application, history.Placement, history.Needs)
    {
        Stateful = history.Stateful, Lease = lease, IsUnderWay = history.Active?.Kind == ReleaseKind.Failover, Uid = history.Application.Name,
    };

    private async Task<Known?> KnowAsync(Release stable, CancellationToken cancellationToken)
    {
        if (await delivery.GetPlanAsync(stable.Id, cancellationToken) is not { } plan
            || await delivery.GetRevisionAsync(stable.Application, stable.Revision, cancellationToken) is not { } revision)
        {
            return null;
        }

        var manifests = ManifestParser.FromJsonArray(revision.Manifests);
        var where = new PreviousPlacement(plan.Targets.ToDictionary(c => c.Cluster, c => c.Replicas), plan.Placement?.Alternative);
        return new Known(stable.Id, where, WorkloadNeed.Of(manifests), manifests);
    }

    private sealed record Known(string Release, PreviousPlacement Placement, IReadOnlyList<WorkloadNeed> Needs, IReadOnlyList<Manifest> Manifests);
}
