using System.Collections.Concurrent;
using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;

namespace Kairship.Server.Failover;

/// <summary>
/// Reads where applications are and what happened to them, in a few queries for all. Remembered is only what a release that succeeded put where, and only as long as the application is there and that release is its
/// last: nobody changes that any more.
/// </summary>
internal sealed class ApplicationHistories(IDeliveryStore delivery, RemainsReader remains)
{
    private const int ReadAtOnce = 8;
    private const int MostFailovers = 10_000;
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <summary>How many applications something is remembered of.</summary>
    public int Remembered => known.Count;

    /// <summary>Of all applications that were ever released, by name: the others are nowhere.</summary>
    /// <param name="failoversSince">From when on failovers are wanted which the application has since gone on from; null: none.</param>
    public async Task<IReadOnlyDictionary<string, ApplicationHistory>> AllAsync(DateTimeOffset? failoversSince, CancellationToken cancellationToken)
    {
        var standings = await delivery.ListStandingsAsync(null, cancellationToken);
        var placed = await KnowAsync([.. standings.Where(s => s.Stable is not null)], cancellationToken);

        // Read afterwards: what the application has gone on from is over by then.
        var failovers = (failoversSince is { } since ? await delivery.ListFailoversAsync(since, MostFailovers, cancellationToken) : []).ToLookup(r => r.Application);
        var all = new Dictionary<string, ApplicationHistory>(StringComparer.Ordinal);
        foreach (var standing in standings)
        {
            var name = standing.Application.Name;
            if (placed.TryGetValue(name, out var what))
            {
                var stable = standing.Stable!;
                all[name] = new ApplicationHistory(standing.Application, [.. standing.Releases, .. failovers[name].Where(f => f.Number < stable.Number)], stable, what.Placement, what.Needs)
                {
                    Stateful = what.Stateful, Lease = standing.Lease,
                };
            }
        }

        return all;
    }

    /// <summary>
    /// Null: it is in none of the lost clusters. It is also in those that releases without success have written to: failovers, and any release of what must not run twice, also while it is under way, since it
    /// has taken away what was elsewhere first. What they left there may run, and is fenced as anything else.
    /// </summary>
    /// <param name="lost">The clusters that are lost now.</param>
    public async Task<FailoverCandidate?> CandidateOfAsync(ApplicationHistory history, IReadOnlyCollection<string> lost, CancellationToken cancellationToken)
    {
        var placed = history.Placement.Replicas.Keys.ToList();
        var doubtful = lost.Count == 0 ? [] : history.Releases.Where(r => IsDoubtful(r, history)).ToList();
        var stands = doubtful.Count == 0 ? [] : (await remains.ReadAsync(doubtful, cancellationToken)).Select(Soon).ToList();
        var left = Remains.Of(stands.Select(s => s.Clusters), placed).Intersect(lost).ToHashSet(StringComparer.Ordinal);
        if (left.Count == 0 && !placed.Any(lost.Contains))
        {
            return null;
        }

        return new FailoverCandidate(history.Application, await WithAsync(history.Placement, left, stands, cancellationToken), history.Needs)
        {
            Stateful = history.Stateful, Lease = history.Lease, IsUnderWay = history.Active?.Kind == ReleaseKind.Failover, Uid = history.Application.Name,
            IsHalfWay = left.Count > 0 && history.Stateful is not null && Remains.Disturbed(stands.Select(s => s.Clusters), placed).Except(lost).Any(),
        };
    }

    private static bool IsDoubtful(Release release, ApplicationHistory history) =>
        release.Number > history.Stable.Number && (release.Kind == ReleaseKind.Failover ? release.IsOver : history.Stateful is not null);

    /// <summary>What a release that has begun is to write next may be written before anybody acts on what is read here.</summary>
    private static ReleaseStand Soon(ReleaseStand stand) => stand.Release.IsOver || stand.Clusters.All(c => c.Phase == ClusterPhase.Waiting)
        ? stand
        : stand with { Clusters = [.. stand.Clusters.Select(c => c.Phase == ClusterPhase.Waiting ? c with { Phase = ClusterPhase.Promoting } : c)] };

    private async Task<PreviousPlacement> WithAsync(PreviousPlacement placement, HashSet<string> left, IReadOnlyList<ReleaseStand> stands, CancellationToken cancellationToken)
    {
        var replicas = placement.Replicas.ToDictionary(r => r.Key, r => r.Value);
        foreach (var (release, clusters) in stands)
        {
            var touched = clusters.Where(c => c.Phase != ClusterPhase.Waiting && left.Contains(c.Cluster)).ToList();
            if (touched.Count > 0 && await delivery.GetPlanAsync(release.Id, cancellationToken) is { } plan)
            {
                touched.ForEach(c => replicas.TryAdd(c.Cluster, plan.Targets.FirstOrDefault(t => t.Cluster == c.Cluster)?.Replicas ?? new Dictionary<string, int>()));
            }
        }

        return placement with { Replicas = replicas };
    }

    /// <summary>Without those of which there is no plan. What is read here stays here: another pass, which sees an earlier or a later release, remembers its own.</summary>
    private async Task<ConcurrentDictionary<string, Known>> KnowAsync(IReadOnlyList<ApplicationStanding> standings, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, Known>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellationToken };
        var unknown = new List<ApplicationStanding>();
        foreach (var standing in standings)
        {
            if (known.TryGetValue(standing.Application.Name, out var before) && before.Release == standing.Stable!.Id && ReferenceEquals(before.Application, standing.Application))
            {
                found[standing.Application.Name] = before;
            }
            else
            {
                unknown.Add(standing);
            }
        }

        await Parallel.ForEachAsync(unknown, parallel, async (standing, token) =>
        {
            if (await ReadAsync(standing.Application, standing.Stable!, token) is { } what)
            {
                found[standing.Application.Name] = known[standing.Application.Name] = what;
            }
        });
        foreach (var gone in known.Keys.Where(name => !found.ContainsKey(name)))
        {
            known.TryRemove(gone, out _);
        }

        return found;
    }

    private async Task<Known?> ReadAsync(Application application, Release stable, CancellationToken cancellationToken)
    {
        if (await delivery.GetPlanAsync(stable.Id, cancellationToken) is not { } plan || await delivery.GetRevisionAsync(stable.Application, stable.Revision, cancellationToken) is not { } revision)
        {
            return null;
        }

        var manifests = ManifestParser.FromJsonArray(revision.Manifests);
        var totals = ScalingTotals.Kept(application, manifests, plan);
        IReadOnlyList<WorkloadNeed> needs = [.. WorkloadNeed.Of(manifests).Select(n => totals.TryGetValue(n.Key, out var total) ? n with { Replicas = total } : n)];
        return new Known(application, stable.Id, plan.ToPrevious(), needs, Statefulness.Of(application, manifests));
    }

    /// <param name="Application">What it is of: with another application the totals, and whether it keeps state, may be others.</param>
    private sealed record Known(Application Application, string Release, PreviousPlacement Placement, IReadOnlyList<WorkloadNeed> Needs, string? Stateful);
}
