using Kairship.Activities.Releases;
using Kairship.Api.Applications;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Releases;
using Kairship.Server.Problems;

namespace Kairship.Server.Applications;

/// <summary>Plans without a release.</summary>
internal sealed class PlanService(IDeliveryStore delivery, RevisionSource revisions, ReleasePlanner planner, TimeProvider time)
{
    private const string Unnamed = "(next)";

    public async Task<Answer<PlanInfo>> PlanAsync(string application, PlanRequest request, string by, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(application, cancellationToken) is not { } spec)
        {
            return ApplicationService.Unknown(application);
        }

        // Nothing said, and no source of its own: what releasing the current revision again would do.
        var isNothing = spec.Source is null && request is { Source: null, Images: null or { Count: 0 }, Revision: null };
        var named = isNothing ? await delivery.GetCurrentRevisionAsync(application, cancellationToken) : request.Revision;
        var draft = await revisions.DraftAsync(application, request.Source, request.Images, named, cancellationToken);
        if (draft.Refusal is { } refusal)
        {
            return refusal;
        }

        var revision = draft.Granted.Existing
            ?? new Revision(application, 0, draft.Granted.Name ?? Unnamed, draft.Granted.Manifests, draft.Granted.Digest, by, time.GetUtcNow());
        return PlanInfos.Of(await planner.PlanAsync(new PlanOrder(spec, revision) { Whole = request.Whole }, cancellationToken));
    }
}
