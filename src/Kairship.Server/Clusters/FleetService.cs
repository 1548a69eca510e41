using Kairship.Api.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Problems;

namespace Kairship.Server.Clusters;

/// <summary>The fleet and its brake, shown and released.</summary>
internal sealed class FleetService(FleetBrakeKeeper brake, IClusterStore clusters)
{
    private const int MostNamed = 100;

    public async Task<FleetInfo> ShowAsync(CancellationToken cancellationToken) =>
        InfoOf(await brake.AskAsync(cancellationToken), (await clusters.ListAsync(cancellationToken)).Count);

    public async Task<Answer<FleetInfo>> ReleaseAsync(string by, CancellationToken cancellationToken) =>
        await brake.ReleaseAsync(by, cancellationToken) is { } view
            ? InfoOf(view, (await clusters.ListAsync(cancellationToken)).Count)
            : Refusal.Conflict("The fleet's brake is off: there is nothing to release.");

    private static FleetInfo InfoOf(FleetView view, int joined)
    {
        var answer = view.Brake;
        return new FleetInfo(
            joined, Count(Readiness.Ready), Count(Readiness.NotReady), Count(Readiness.Unreachable),
            [.. answer.State.Lost.Take(MostNamed)], [.. view.Clusters.Where(c => c is { Readiness: Readiness.Ready, FailedLooks: > 0 }).Select(c => c.Cluster).Take(MostNamed)], answer.Allowed,
            new BrakeInfo(answer.State.IsOn, answer.Go, answer.Why, answer.State.Since, [.. answer.State.Accepted.Take(MostNamed)], answer.State.ReleasedBy, answer.State.ReleasedAt));

        int Count(Readiness readiness) => view.Clusters.Count(c => c.Readiness == readiness);
    }
}
