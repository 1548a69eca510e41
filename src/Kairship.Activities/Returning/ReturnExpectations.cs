using System.Collections.Concurrent;
using Kairship.Activities.Releases;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Resources;

namespace Kairship.Activities.Returning;

/// <summary>What one application should have in a cluster that came back.</summary>
/// <param name="Busy">Why that cannot be said now, as a sentence: nothing of it is touched.</param>
/// <param name="Kinds">Kinds that it has objects of, where the cluster is or was one of its own.</param>
public sealed record ExpectedApplication(ReturnExpectation Expectation, string? Busy, IReadOnlyList<ObjectKind> Kinds)
{
    /// <summary>It is <see cref="Busy"/> for as long as somebody changes it, and no longer.</summary>
    public bool IsBeingChanged { get; init; }

    public string Name => Expectation.Application;
}

/// <summary>
/// Finds out what applications should have in a cluster, from their releases and from who is changing them. What the plan of a release that succeeded has for a cluster is read once, and remembered as long as that
/// release is the application's last.
/// </summary>
public sealed class ReturnExpectations(IDeliveryStore store, RemainsReader remains)
{
    /// <summary>Of so many clusters, those that were compared last, something is remembered.</summary>
    private const int MostClusters = 8;
    private readonly ConcurrentDictionary<string, Memory> known = new(StringComparer.Ordinal);

    /// <summary>How many shares of applications in clusters are remembered.</summary>
    internal int Remembered => known.Values.Sum(m => m.Shares.Count);

    /// <summary>Of all applications: a few queries while nothing has changed since the last time.</summary>
    public async Task<IReadOnlyList<ExpectedApplication>> AllAsync(string cluster, CancellationToken cancellationToken)
    {
        var before = known.TryGetValue(cluster, out var memory) ? memory.Shares : [];
        var shares = new Dictionary<string, Share>(StringComparer.Ordinal);
        var all = new List<ExpectedApplication>();
        foreach (var standing in await store.ListStandingsAsync(null, cancellationToken))
        {
            var name = standing.Application.Name;
            var share = before.TryGetValue(name, out var found) && found.Release == standing.Stable?.Id ? found : await ShareAsync(standing, cluster, cancellationToken);
            if (share is { Release: not null })
            {
                shares[name] = share;
            }

            all.Add(await OfAsync(standing, share, cluster, cancellationToken));
        }

        Remember(cluster, shares);
        return all;
    }

    /// <summary>null: there is no such application (any more).</summary>
    public async Task<ExpectedApplication?> FindAsync(string application, string cluster, CancellationToken cancellationToken) =>
        await store.FindStandingAsync(application, cancellationToken) is { } found ? await OfAsync(found, await ShareAsync(found, cluster, cancellationToken), cluster, cancellationToken) : null;

    private async Task<ExpectedApplication> OfAsync(ApplicationStanding standing, Share? share, string cluster, CancellationToken cancellationToken)
    {
        var name = standing.Application.Name;
        var (busy, movedAway) = await HolderAsync(standing, cluster, cancellationToken);
        movedAway = movedAway || (share?.Objects is not null && await HasBegunElsewhereAsync(standing, cluster, cancellationToken));
        return new ExpectedApplication(
            new ReturnExpectation(name, movedAway ? null : share?.Objects, standing.Application.Failover.PurgeMode, standing.Releases is [var newest, ..] ? newest.Number : 0),
            busy ?? (share is null ? $"{name} has had no release that succeeded: what it has there stays as it is." : null), share?.Kinds ?? [])
        {
            IsBeingChanged = busy is not null,
        };
    }

    /// <summary>Who changes the application now. A failover that leaves this very cluster has begun to write elsewhere: what is here runs twice from now on.</summary>
    private async Task<(string? Busy, bool MovedAway)> HolderAsync(ApplicationStanding standing, string cluster, CancellationToken cancellationToken)
    {
        if (standing.Lease is not { Purpose: > ArbiterPurpose.Heal } lease)
        {
            return (null, false);
        }

        if (standing.Releases.FirstOrDefault(r => r.Id == lease.Holder) is { Kind: ReleaseKind.Failover, Status: ReleaseStatus.Progressing } failover
            && await store.GetPlanAsync(failover.Id, cancellationToken) is { } plan && plan.Clusters.Any(c => c.Cluster == cluster && c.Role == PlannedRole.Lost))
        {
            return (null, true);
        }

        return ($"{lease.Application} is being changed by {lease.Holder}: what it has there is compared once that is over.", false);
    }

    /// <summary>What must not run twice, and was begun elsewhere by a failover that did not succeed: it does not go on here before that is tidied up.</summary>
    private async Task<bool> HasBegunElsewhereAsync(ApplicationStanding standing, string cluster, CancellationToken cancellationToken)
    {
        var since = standing.Releases.SkipLast(1).ToList();
        if (!since.Exists(r => IsAwayFrom(r, cluster)))
        {
            return false;
        }

        // Whatever touched the cluster since had made sure that it runs nowhere else.
        var later = (await remains.EndsAsync(since, cancellationToken)).TakeWhile(e => !e.Clusters.Any(c => c.Cluster == cluster && c.Phase != ClusterPhase.Waiting)).ToList();
        return later.Exists(e => IsAwayFrom(e.Release, cluster))
            && await store.GetPlanAsync(standing.Stable!.Id, cancellationToken) is { } plan
            && Remains.Of(later.Select(e => e.Clusters), [.. plan.Targets.Select(t => t.Cluster)]).Count > 0
            && await store.GetRevisionAsync(standing.Application.Name, plan.Revision, cancellationToken) is { } revision
            && Statefulness.Of(standing.Application, ManifestParser.FromJsonArray(revision.Manifests)) is not null;
    }

    private static bool IsAwayFrom(Release release, string cluster) => release is { Kind: ReleaseKind.Failover, IsOver: true } && release.Change!.Lost.Contains(cluster);

    /// <summary>By the last release that succeeded and has a plan; null: there is none.</summary>
    private async Task<Share?> ShareAsync(ApplicationStanding standing, string cluster, CancellationToken cancellationToken)
    {
        if (standing.Stable is not { } stable)
        {
            return null;
        }

        if (await store.GetPlanAsync(stable.Id, cancellationToken) is { } plan)
        {
            return ShareOf(stable.Id, plan, cluster);
        }

        await foreach (var release in store.NewestFirstAsync(stable.Application, cancellationToken))
        {
            if (release.Status == ReleaseStatus.Succeeded && release.Number < stable.Number && await store.GetPlanAsync(release.Id, cancellationToken) is { } earlier)
            {
                return ShareOf(null, earlier, cluster);
            }
        }

        return null;
    }

    private static Share ShareOf(string? release, Plan plan, string cluster)
    {
        var here = plan.Clusters.FirstOrDefault(c => c.Cluster == cluster);
        return new Share(
            release, here is { Role: PlannedRole.Target } ? [.. here.Objects.Where(o => o.Action != PlannedAction.Delete).Select(o => o.Ref)] : null,
            here is null ? [] : [.. plan.Clusters.SelectMany(c => c.Objects).Select(o => new ObjectKind(o.Ref.ApiVersion, o.Ref.Kind)).Distinct()]);
    }

    private void Remember(string cluster, Dictionary<string, Share> shares)
    {
        known[cluster] = new Memory(shares, known.Values.Select(m => m.Turn).DefaultIfEmpty().Max() + 1);
        foreach (var (oldest, _) in known.OrderByDescending(m => m.Value.Turn).Skip(MostClusters))
        {
            known.TryRemove(oldest, out _);
        }
    }

    private sealed record Memory(Dictionary<string, Share> Shares, long Turn);

    /// <summary>What the plan of a release has for one cluster.</summary>
    /// <param name="Release">null: it is not of the last release, and is not remembered.</param>
    /// <param name="Objects">null: nothing.</param>
    private sealed record Share(string? Release, IReadOnlyList<ObjectRef>? Objects, IReadOnlyList<ObjectKind> Kinds);
}
