using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Failover;

/// <summary>Who of the applications of lost clusters is moved now, who later, who not, and why. The rules are in this folder's README.</summary>
public static class FailoverPlanning
{
    // Nobody tolerates it by name; it closes a lost cluster whose loss is borne to anything new.
    private static readonly Taint Lost = new("kairship.io/lost", TaintEffect.NoSchedule);
    private static readonly FlapDamping Damping = new();

    /// <summary>The same request gives the same order, whatever the order of its lists: the greatest priority first, then who has been due longest, then by name.</summary>
    public static FailoverOrder Order(FailoverRequest request)
    {
        var lost = request.Lost.ToDictionary(c => c.Name);
        var cases = request.Applications.Select(candidate => FailoverCase.Of(candidate, lost, request.Now)).Where(c => c.Touched.Count > 0)
            .OrderByDescending(c => c.Priority).ThenBy(c => c.DueAt ?? DateTimeOffset.MaxValue).ThenBy(c => c.Name, StringComparer.Ordinal).ToList();
        var items = new FailoverItem?[cases.Count];
        var assumed = new List<Assumption>();
        var pace = new FailoverPace(request.Rate, request.Begun, request.Running, request.Now);
        var fleet = Fleet(request, lost);

        // Who can go takes its room first; who waits for people is shown where it would go with what is left.
        foreach (var canGo in new[] { true, false })
        {
            for (var i = 0; i < cases.Count; i++)
            {
                if (items[i] is not null)
                {
                    continue;
                }

                items[i] = cases[i].Early(request.Brake);
                if (items[i] is null && cases[i].WaitsForPeople != canGo)
                {
                    items[i] = Place(cases[i], request, fleet, pace, assumed);
                }
            }
        }

        assumed.ForEach(a => request.Capacity?.Release(a));
        var order = items.Select(item => item!).ToList();
        return new FailoverOrder(order, order.Min(item => item.At));
    }

    private static FailoverItem Place(FailoverCase one, FailoverRequest request, ClusterFacts[] fleet, FailoverPace pace, List<Assumption> assumed)
    {
        if (one.Claim(request.Now) is not ArbiterClaim.Granted granted)
        {
            return one.Item(FailoverVerdict.Wait, ((ArbiterClaim.Refused)one.Claim(request.Now)).Reason);
        }

        var (decision, avoids) = Decide(one, request, fleet);
        if (decision.Unschedulable is { } why)
        {
            return one.Item(FailoverVerdict.Nowhere, $"{one.Name} has nowhere to go: {why}", decision: decision);
        }

        if (one.IsAsBefore(decision))
        {
            return one.Item(FailoverVerdict.Nothing, $"{one.Name} is already everywhere else where it may be; nothing has to be moved.", decision: decision);
        }

        if (request.Capacity?.Assume(decision.Needs) is { } assumption)
        {
            assumed.Add(assumption);
        }

        FailoverItem Item(FailoverVerdict verdict, string sentence, DateTimeOffset? at = null) => one.Item(verdict, sentence, at, decision) with { Avoids = avoids };
        var preempts = granted.Preempted is { } lease && lease.Purpose != ArbiterPurpose.Heal ? lease.Holder : null;
        if (one.FencingMissing is { } missing)
        {
            var hook = FencingRules.HookOf(one.Candidate.Application);
            var what = hook is null ? string.Concat(one.Unfenced.Select(c => $" When you have made sure of it: kairship cluster confirm-fenced {c} --how \"...\".")) : " Its hook is asked.";
            return Item(FailoverVerdict.Fence, $"{one.Candidate.Stateful} {missing}{what}") with { Hook = hook, Preempts = preempts };
        }

        if (one.Asks)
        {
            return Item(FailoverVerdict.Ask, $"{one.Name} lost {one.LostReplicas} replicas; the application wants people to agree first.") with { Preempts = preempts };
        }

        return pace.Take() is { } full
            ? Item(FailoverVerdict.Wait, $"{one.Name} waits for its turn: {full.Why}.", full.At)
            : Item(FailoverVerdict.Go, $"{one.Name} leaves {string.Join(", ", one.From)}.") with { Preempts = preempts };
    }

    /// <summary>Where it goes, and the clusters that it keeps away from since it does not trust them again.</summary>
    private static (PlacementDecision Decision, IReadOnlyList<string> Avoids) Decide(FailoverCase one, FailoverRequest request, ClusterFacts[] fleet)
    {
        var application = one.Candidate.Application;
        var avoids = Untrusted(one, request);
        var policy = application.Placement with { ClusterTolerations = FailoverTolerations.Of(application) };
        var asked = new PlacementRequest(policy, [.. fleet.Select(c => avoids.Contains(c.Name) ? c.Avoided() : c)], one.Candidate.Workloads)
        {
            Previous = one.Candidate.Placement, Capacity = request.Capacity, Now = request.Now, From = one.Candidate.Placement.Alternative, Uid = one.Candidate.Uid,
        }.Without(one.From);
        var decision = Decide(asked);
        return decision.Unschedulable is not null && avoids.Count > 0
            ? (Decide((asked with { Clusters = fleet }).Without(one.From)), [])
            : (decision, avoids);
    }

    private static PlacementDecision Decide(PlacementRequest asked)
    {
        var decision = Placement.Placement.Decide(asked);

        // An earlier alternative is better than none.
        return decision.Unschedulable is not null && asked.From is not null && Placement.Placement.Decide(asked with { From = null }) is { Unschedulable: null } other ? other : decision;
    }

    private static IReadOnlyList<string> Untrusted(FailoverCase one, FailoverRequest request) =>
    [
        .. request.Recovering.Where(c => !(Damping.TrustedAt(one.Candidate.Application.Failover.Failback.Stabilisation, c.Losses, c.WellSince, request.Now) <= request.Now))
            .Select(c => c.Name).Except(one.From).Order(StringComparer.Ordinal),
    ];

    private static ClusterFacts[] Fleet(FailoverRequest request, Dictionary<string, LostCluster> lost) =>
        [.. request.Clusters.Select(cluster => lost.TryGetValue(cluster.Name, out var gone) ? cluster with { Taints = [.. gone.Taints, Lost] } : cluster)];
}
