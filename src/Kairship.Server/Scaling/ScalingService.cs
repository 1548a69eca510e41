using Kairship.Activities.Scaling;
using Kairship.Api.Releases;
using Kairship.Api.Scaling;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Kairship.Server.Applications;
using Kairship.Server.Problems;
using Kairship.Server.Releases;

namespace Kairship.Server.Scaling;

/// <summary>How many replicas an application has and should have, and a person's wish for others.</summary>
internal sealed class ScalingService(IDeliveryStore delivery, ScalingDesk desk, ReleaseStarter starter, TimeProvider time)
{
    private const int Remembered = 10;

    public async Task<Answer<ScalingInfo>> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(name, cancellationToken) is not { } application)
        {
            return ApplicationService.Unknown(name);
        }

        if (application.Scaling is not { } policy)
        {
            return Refusal.NotFound($"{name} has no spec.scaling: its manifests say how many replicas there are. Add spec.scaling with a max, and metrics or cron rules.");
        }

        // What was advised before a release ended is about what was there before it.
        var (releases, _) = await delivery.ListReleasesAsync(name, 0, Remembered, cancellationToken);
        var known = await desk.FindAsync(name, cancellationToken);
        var advice = known is null || releases.Any(r => r.FinishedAt > known.At) ? await desk.LookAsync(application, cancellationToken) : known;
        var lease = await delivery.GetArbiterLeaseAsync(name, cancellationToken);
        var waits = lease is not null ? $"{lease.Holder} has the application since {lease.Since:u}."
            : ScalingPause.Of(releases, time.GetUtcNow()) is { } pause ? pause.Why : null;
        return ScalingInfos.Of(name, policy, advice, waits, releases.FirstOrDefault(r => r.Kind == ReleaseKind.Scale)?.Id);
    }

    /// <exception cref="DeliveryConflictException">Somebody holds the application.</exception>
    public async Task<Answer<ReleaseInfo>> ScaleAsync(string name, int replicas, string by, string? key, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(name, cancellationToken) is not { } application)
        {
            return ApplicationService.Unknown(name);
        }

        var dedupe = $"api:{by}:{name}:scale:{key ?? $"{replicas}:{time.GetUtcNow().UtcTicks}"}";
        if (await delivery.FindStartedReleaseAsync(dedupe, cancellationToken) is not null)
        {
            return await starter.StartChangeAsync(new ChangeOrder(name, new PlacementChange(ReleaseKind.Scale, ""), by, dedupe), cancellationToken);
        }

        var advice = await desk.AskAsync(application, replicas, by, cancellationToken);
        return advice.Verdict == ScalingVerdict.Change
            ? await starter.StartChangeAsync(new ChangeOrder(name, ScalingWish.Of(advice).ToChange(), by, dedupe), cancellationToken)
            : Refusal.Conflict(advice.Reason);
    }
}
