using Kairship.Activities.Approvals;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover;

/// <summary>A failover begins to write only while the very losses last that it was asked for, and what must not run twice only while these are confirmed. <see cref="FailOverActivity"/> ends it otherwise.</summary>
internal sealed class FailoverGuard(IClusterHealthStore health, FencingBook fencing) : IChangeGuard, IFencing
{
    public async Task<string?> WhyNotAsync(Release release, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        if (release is not { Kind: ReleaseKind.Failover, Change: { } change })
        {
            return null;
        }

        var stateful = Statefulness.Of(release.Spec, manifests);
        foreach (var (cluster, number) in change.Losses)
        {
            if ((await ClusterLoss.FindAsync(health, cluster, cancellationToken))?.Number != number)
            {
                return $"{cluster} is not lost any more, or anew: nothing is moved away from it by this.";
            }

            if (stateful is not null && await UnfencedAsync(release.Application, cluster, cancellationToken) is { } unfenced)
            {
                return $"{stateful} {unfenced}";
            }
        }

        return null;
    }

    public async Task<bool> RunsNothingAsync(string application, string cluster, CancellationToken cancellationToken) =>
        await UnfencedAsync(application, cluster, cancellationToken) is null;

    /// <summary>Of a cluster that is not lost nothing is confirmed: no loss has the number 0.</summary>
    private async Task<string?> UnfencedAsync(string application, string cluster, CancellationToken cancellationToken)
    {
        var loss = FencingBook.LossOf(await health.GetAsync(cluster, cancellationToken)) ?? 0;
        return await fencing.IsConfirmedForAsync(application, cluster, loss, cancellationToken) ? null : FencingRules.WhyNot(await fencing.NowAsync(cluster, cancellationToken), cluster, loss);
    }
}
