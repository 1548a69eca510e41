using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Capacity;

namespace Kairship.Activities.Placements;

/// <summary>Decides where an application goes, with all that is known: the clusters, what they have room for, where it is, and the time.</summary>
public sealed class PlacementDesk(FleetFacts fleet, ClusterRooms rooms, TimeProvider time)
{
    private const int UnknownTold = 20;

    /// <summary>Nobody is turned away for what was read longer ago.</summary>
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(5);

    /// <exception cref="Delivery.Manifests.ManifestException">A number of replicas or a pod's request cannot be read.</exception>
    public async Task<PlacedApplication> DecideAsync(PlacementOrder order, CancellationToken cancellationToken)
    {
        var members = await fleet.ListAsync(order.Evicts, cancellationToken);
        IReadOnlyList<ClusterFacts> clusters = [.. members.Where(c => !order.Without.Contains(c.Name))];
        var kept = ScalingTotals.Kept(order.Spec, order.Manifests, order.Before);
        var needs = WorkloadNeed.Of(order.Manifests).DistinctBy(n => n.Key)
            .Select(n => order.Totals.TryGetValue(n.Key, out var total) || kept.TryGetValue(n.Key, out total) ? n with { Replicas = total } : n).ToList();
        var question = QuestionOf(order, clusters);
        var placed = await rooms.DecideAsync(question, Decide, cancellationToken);
        if (placed.Explanation.Unschedulable is not null && rooms.Outdate(question.Clusters, Doubtful))
        {
            placed = await rooms.DecideAsync(question, Decide, cancellationToken);
        }

        return placed;

        RoomUse<PlacedApplication> Decide(RoomView view)
        {
            var request = new PlacementRequest(order.Spec.Placement, [.. clusters.Select(c => order.Avoids.Contains(c.Name) ? c.Avoided() : c)], needs)
            {
                Previous = Presence.Of(order, needs, clusters, view), Capacity = view.Book, Now = time.GetUtcNow(), Fresh = order.Fresh && order.Kept is null,
                From = FromOf(order), Uid = UidOf(order),
            };
            var decision = Placement.Decide(request);
            if (decision.Unschedulable is not null && order.Avoids.Count > 0)
            {
                // A cluster that may be lost again is better than none.
                request = request with { Clusters = clusters };
                decision = Placement.Decide(request);
            }

            if (decision.Unschedulable is not null && request.From is not null && order.From is null)
            {
                // Where it is it cannot stay: then one before may do again.
                decision = Placement.Decide(request with { From = null });
            }

            return new RoomUse<PlacedApplication>(Describe(order, decision, members, request.Uid, view), order.TakesRoom && order.Kept is null ? Expected(order, decision) : null);
        }
    }

    /// <summary>Only clusters that it may go to are asked for their room.</summary>
    private static RoomQuestion QuestionOf(PlacementOrder order, IReadOnlyList<ClusterFacts> clusters)
    {
        var policy = order.Spec.Placement;
        var affinities = policy.ClusterAffinities.Count > 0 ? policy.ClusterAffinities.Select(a => a.Affinity).ToList() : [policy.ClusterAffinity];
        var possible = clusters.Where(c => affinities.Exists(a => AffinityMatcher.Matches(a, c))).ToList();
        return new RoomQuestion(
            [.. possible.Where(c => !FleetFacts.IsElastic(c)).Select(c => c.Name)], [.. possible.Where(FleetFacts.IsElastic).Select(c => c.Name)], order.Spec.Name);
    }

    // An application that fell back stays there until somebody moves it.
    private static string? FromOf(PlacementOrder order) => order.From ?? order.Held?.Placement?.Alternative;

    // What was placed before ties were turned keeps them as they were.
    private static string? UidOf(PlacementOrder order) => order.Held is { } plan ? plan.Placement?.Uid : order.Spec.Name;

    private static List<ExpectedPods> Expected(PlacementOrder order, PlacementDecision decision)
    {
        var spaces = order.Namespaces();
        return [.. decision.Needs.Select(n => new ExpectedPods(spaces[n.Workload], n, decision.Replicas[n.Cluster][n.Workload]))];
    }

    private static PlacedApplication Describe(PlacementOrder order, PlacementDecision decision, IReadOnlyList<ClusterFacts> members, string? uid, RoomView view)
    {
        var chosen = decision.Clusters.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var remains = order.Remains.Where(r => order.Without.Contains(r) || members.Any(m => m.Name == r && !m.Taints.Any(t => ConditionTaints.IsOfLoss(t.Key)))).ToHashSet(StringComparer.Ordinal);
        var left = decision.Unschedulable is not null ? [] : (order.Before?.Targets ?? []).Select(c => c.Cluster).Union(remains).Where(c => !chosen.Contains(c)).ToList();
        var lost = left.Where(order.Without.Contains).ToList();
        var leaving = members.Where(m => left.Contains(m.Name) && !lost.Contains(m.Name)).ToList();
        var words = left.ToDictionary(c => c, c => lost.Contains(c) ? $"{c} is lost or left out: what the application has there is not touched."
            : remains.Contains(c) ? "A release that did not succeed left something there: it goes once all others are healthy."
            : leaving.Exists(m => m.Name == c) ? "The application leaves it: what it has there goes once all others are healthy."
            : $"{c} is no member any more: what the application has there stays.");
        var unknown = view.Unknown.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => $"The room of {u.Key} is unknown and limits nothing: {u.Value}.").ToList();
        var notes = unknown.Take(UnknownTold).Concat(unknown.Count > UnknownTold ? [$"So is the room of {unknown.Count - UnknownTold} more clusters."] : []);
        return new PlacedApplication(
            decision.Clusters, decision.Replicas, leaving, lost, PlanPlacement.Of(decision, uid, words, notes, order.MostExplained));
    }
}
