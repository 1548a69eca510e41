using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
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
    public string Name => Expectation.Application;
}

/// <summary>Finds out what applications should have in a cluster, from their releases and from who is changing them.</summary>
public sealed class ReturnExpectations(IDeliveryStore store)
{
    private const int Page = 50;

    public async Task<IReadOnlyList<ExpectedApplication>> AllAsync(string cluster, CancellationToken cancellationToken)
    {
        var all = new List<ExpectedApplication>();
        foreach (var application in await store.ListApplicationsAsync(cancellationToken))
        {
            all.Add(await OfAsync(application, cluster, cancellationToken));
        }

        return all;
    }

    /// <summary>null: there is no such application (any more).</summary>
    public async Task<ExpectedApplication?> FindAsync(string application, string cluster, CancellationToken cancellationToken) =>
        await store.GetApplicationAsync(application, cancellationToken) is { } found ? await OfAsync(found, cluster, cancellationToken) : null;

    private async Task<ExpectedApplication> OfAsync(Application application, string cluster, CancellationToken cancellationToken)
    {
        // First who changes it: what is released is read afterwards, so that a release that ends in between is seen by one of the two.
        var (busy, movedAway) = await HolderAsync(application.Name, cluster, cancellationToken);
        var (last, plan) = await LastAsync(application.Name, cancellationToken);
        var here = plan?.Clusters.FirstOrDefault(c => c.Cluster == cluster);
        var objects = here is { Role: PlannedRole.Target } && !movedAway ? here.Objects.Where(o => o.Action != PlannedAction.Delete).Select(o => o.Ref).ToList() : null;
        var kinds = here is null ? [] : plan!.Clusters.SelectMany(c => c.Objects).Select(o => new ObjectKind(o.Ref.ApiVersion, o.Ref.Kind)).Distinct().ToList();
        return new ExpectedApplication(
            new ReturnExpectation(application.Name, objects, application.Failover.PurgeMode, last),
            busy ?? (plan is null ? $"{application.Name} has had no release that succeeded: what it has there stays as it is." : null), kinds);
    }

    /// <summary>Who changes the application now. A failover that leaves this very cluster has begun to write elsewhere: what is here runs twice from now on.</summary>
    private async Task<(string? Busy, bool MovedAway)> HolderAsync(string application, string cluster, CancellationToken cancellationToken)
    {
        if (await store.GetArbiterLeaseAsync(application, cancellationToken) is not { Purpose: > ArbiterPurpose.Heal } lease)
        {
            return (null, false);
        }

        if (await store.GetReleaseAsync(lease.Holder, cancellationToken) is { Kind: ReleaseKind.Failover, Status: ReleaseStatus.Progressing } failover
            && await store.GetPlanAsync(failover.Id, cancellationToken) is { } plan && plan.Clusters.Any(c => c.Cluster == cluster && c.Role == PlannedRole.Lost))
        {
            return (null, true);
        }

        return ($"{application} is being changed by {lease.Holder}: what it has there is compared once that is over.", false);
    }

    /// <summary>The number of the last release, and the plan of the last one that succeeded.</summary>
    private async Task<(int Last, Plan? Plan)> LastAsync(string application, CancellationToken cancellationToken)
    {
        var last = 0;
        for (var skip = 0; ; skip += Page)
        {
            var (releases, total) = await store.ListReleasesAsync(application, skip, Page, cancellationToken);
            last = releases.Select(r => r.Number).Append(last).Max();
            foreach (var release in releases.Where(r => r.Status == ReleaseStatus.Succeeded))
            {
                if (await store.GetPlanAsync(release.Id, cancellationToken) is { } plan)
                {
                    return (last, plan);
                }
            }

            if (releases.Count == 0 || skip + releases.Count >= total)
            {
                return (last, null);
            }
        }
    }
}
