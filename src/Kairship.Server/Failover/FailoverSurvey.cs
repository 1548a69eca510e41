using Kairship.Activities.Placements;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Failover.Returning;

namespace Kairship.Server.Failover;

/// <summary>The fleet and its applications at one moment, and what is to be done about those that lost a cluster.</summary>
/// <param name="Losses">Those that last, by cluster.</param>
/// <param name="Lost">The same as decisions see them.</param>
/// <param name="Histories">Of all applications that were ever released, by name.</param>
internal sealed record FailoverScene(
    DateTimeOffset At, IReadOnlyDictionary<string, ClusterLoss> Losses, IReadOnlyDictionary<string, LostCluster> Lost, FailoverOrder Order,
    IReadOnlyDictionary<string, ApplicationHistory> Histories)
{
    /// <summary>Nothing is decided anew: perhaps it is Kairship that is cut off.</summary>
    public bool BrakeHolds { get; init; }
}

/// <summary>Reads everything that an order of failovers is decided from, and has it decided.</summary>
internal sealed class FailoverSurvey(
    IClusterStore clusters, IClusterHealthStore health, FleetFacts facts, FleetBrakeKeeper brake, ClusterRooms rooms, ApplicationHistories histories,
    FencingBook fencing, ReturningClusters back, FailoverRate rate, TimeProvider time)
{
    /// <summary>Clocks of nodes differ, and releases are dated by them.</summary>
    private static readonly TimeSpan ClocksApart = TimeSpan.FromHours(1);

    /// <param name="about">The loss that failovers are told of, which may be over; null: only those that last.</param>
    public async Task<FailoverScene> LookAsync(ClusterLoss? about, CancellationToken cancellationToken)
    {
        var view = await brake.AskAsync(cancellationToken);
        var (losses, lost) = await LossesAsync(view, cancellationToken);
        var since = losses.Values.Select(l => l.At).Append(about?.At ?? time.GetUtcNow()).Min();
        var all = await histories.AllAsync(since - ClocksApart, cancellationToken);
        var candidates = new List<FailoverCandidate>();
        foreach (var history in all.Values)
        {
            if (await histories.CandidateOfAsync(history, lost.Keys, cancellationToken) is { } candidate)
            {
                candidates.Add(candidate with { Fenced = await FencedAsync(candidate, lost, cancellationToken) });
            }
        }

        var failovers = all.Values.SelectMany(h => h.Releases.Where(r => r.Kind == ReleaseKind.Failover)).ToList();
        var request = new FailoverRequest([.. lost.Values], candidates, await facts.ListAsync(evicting: true, cancellationToken), time.GetUtcNow())
        {
            Brake = view.Brake.Answer,
            Rate = rate,
            Recovering = await back.ListAsync(cancellationToken),
            Begun = [.. failovers.Select(r => r.RequestedAt)],
            Running = failovers.Count(r => r.Status is ReleaseStatus.Pending or ReleaseStatus.Progressing),
        };
        var order = await rooms.DecideAsync(
            RoomsOf(view, lost, request), room => new RoomUse<FailoverOrder>(FailoverPlanning.Order(request with { Capacity = room.Book }), null), cancellationToken);
        return new FailoverScene(request.Now, losses, lost, order, all) { BrakeHolds = request.Brake.Holds };
    }

    /// <summary>A cluster that is only suspected is not asked: its answer may never come.</summary>
    private static RoomQuestion RoomsOf(FleetView view, Dictionary<string, LostCluster> lost, FailoverRequest request)
    {
        var silent = view.Clusters.Where(c => c.FailedLooks > 0).Select(c => c.Cluster).ToHashSet(StringComparer.Ordinal);
        var asked = request.Clusters.Where(c => !lost.ContainsKey(c.Name) && !silent.Contains(c.Name)).ToList();
        return new RoomQuestion([.. asked.Where(c => !FleetFacts.IsElastic(c)).Select(c => c.Name)], [.. asked.Where(FleetFacts.IsElastic).Select(c => c.Name)], "failover");
    }

    private async Task<(Dictionary<string, ClusterLoss> Losses, Dictionary<string, LostCluster> Lost)> LossesAsync(FleetView view, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var losses = new Dictionary<string, ClusterLoss>(StringComparer.Ordinal);
        var lost = new Dictionary<string, LostCluster>(StringComparer.Ordinal);
        foreach (var cluster in view.Clusters.Where(c => c.IsLost).Select(c => c.Cluster))
        {
            if (await ClusterLoss.FindAsync(health, cluster, cancellationToken) is not { } loss)
            {
                continue;
            }

            var report = await health.GetAsync(cluster, cancellationToken);
            losses[cluster] = loss with { LastAnswer = report?.LastGood <= loss.At ? report?.LastGood : null };
            if (await clusters.GetAsync(cluster, cancellationToken) is { } record)
            {
                // What is confirmed is confirmed of the last change of readiness, not of the loss as a whole: FencingBook says why.
                lost[cluster] = new LostCluster(
                    cluster, FencingBook.LossOf(report) ?? loss.Number, ClusterTaints.Of(record, report, now), await fencing.NowAsync(cluster, cancellationToken));
            }
        }

        return (losses, lost);
    }

    private async Task<IReadOnlyCollection<string>> FencedAsync(FailoverCandidate candidate, Dictionary<string, LostCluster> lost, CancellationToken cancellationToken)
    {
        var fenced = new HashSet<string>(StringComparer.Ordinal);
        if (FencingRules.HookOf(candidate.Application) is not null)
        {
            foreach (var cluster in candidate.Placement.Replicas.Keys.Where(lost.ContainsKey))
            {
                if (await fencing.IsConfirmedForAsync(candidate.Application.Name, cluster, lost[cluster].Loss, cancellationToken))
                {
                    fenced.Add(cluster);
                }
            }
        }

        return fenced;
    }
}
