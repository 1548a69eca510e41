using Kairship.Api;
using Kairship.Api.Applications;
using Kairship.Api.Releases;
using Kairship.Delivery.Releases;
using Kairship.Server.Applications;
using Kairship.Server.Problems;

namespace Kairship.Server.Releases;

/// <summary>Looking at releases.</summary>
internal sealed class ReleaseQueries(IDeliveryStore delivery)
{
    private const int EventsShown = 500;
    private const int PendingLookedAt = 1000;

    public async Task<PageOf<ReleaseInfo>> ListAsync(string? application, Paging paging, CancellationToken cancellationToken)
    {
        var (items, total) = await delivery.ListReleasesAsync(application, paging.Skip, paging.Take, cancellationToken);
        return new PageOf<ReleaseInfo>([.. items.Select(ReleaseInfos.Of)], total);
    }

    public async Task<Answer<ReleaseDetail>> GetAsync(string id, CancellationToken cancellationToken)
    {
        if (await delivery.GetReleaseAsync(id, cancellationToken) is not { } release)
        {
            return Unknown(id);
        }

        var clusters = await delivery.ListReleaseClustersAsync(id, cancellationToken);
        var events = await delivery.ListReleaseEventsAsync(id, EventsShown, cancellationToken);
        var pending = release.IsOver ? null
            : (await delivery.ListApprovalsAsync(pendingOnly: true, PendingLookedAt, cancellationToken)).FirstOrDefault(a => a.ReleaseId == id);
        return new ReleaseDetail(
            ReleaseInfos.Of(release), [.. clusters.Select(ReleaseInfos.Of)], [.. events.Select(ReleaseInfos.Of)], pending is null ? null : ReleaseInfos.Of(pending));
    }

    public async Task<Answer<PlanInfo>> GetPlanAsync(string id, CancellationToken cancellationToken)
    {
        if (await delivery.GetReleaseAsync(id, cancellationToken) is null)
        {
            return Unknown(id);
        }

        return await delivery.GetPlanAsync(id, cancellationToken) is { } plan ? PlanInfos.Of(plan) : Refusal.NotFound($"Release {id} is not planned yet: ask again.");
    }

    internal static Refusal Unknown(string id) => Refusal.NotFound($"There is no release '{id}'. A release's id is its application and number, such as storefront-7.");
}
