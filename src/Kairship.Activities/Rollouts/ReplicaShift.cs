using Kairship.Activities.Releases;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Plans;

namespace Kairship.Activities.Rollouts;

/// <summary>What some clusters are taken to at the same time.</summary>
/// <param name="Replicas">Cluster to workload to replicas, of those that change.</param>
/// <param name="Sentence">For the story, when it is done.</param>
internal sealed record ShiftHalf(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Replicas, string Sentence);

/// <summary>The way of an application's replicas from one plan to another, half step by half step. The same release always has the same.</summary>
/// <param name="Undo">What must not run twice is first taken away from there, when it goes back. null: two of it do no harm.</param>
internal sealed record ReplicaShift(IReadOnlyList<ShiftHalf> Halves, ShiftHalf? Undo)
{
    public static ReplicaShift Of(ReleaseWork work)
    {
        var (present, target) = (Placed(work.Stable?.Plan), Placed(work.Target.Plan));
        return Statefulness.Of(work.Release.Spec, work.Target.Manifests) is null
            ? new ReplicaShift(Gentle(present, work.Release.Spec.Traffic is null ? target : Most(present, target), work.Release.Spec.Failover.Failback.Steps), null)
            : Exclusive(present, target);
    }

    /// <summary>Grow, then shrink: never fewer than before or than in the end.</summary>
    private static List<ShiftHalf> Gentle(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> present, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> target, IReadOnlyList<int> percents)
    {
        var halves = new List<ShiftHalf>();
        var last = present;
        foreach (var step in FailbackSteps.Plan(present, target, percents))
        {
            Add(halves, last, step.Raised, $"{step.Percent} % is back");
            Add(halves, step.Raised, step.Lowered, $"{step.Percent} % has left");
            last = step.Lowered;
        }

        return halves;
    }

    /// <summary>Where a router divides the traffic nothing shrinks here: only when that goes to the new places may the old ones have less, and Promote sees to that.</summary>
    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Most(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> present, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> target) =>
        present.Keys.Union(target.Keys).ToDictionary(
            c => c,
            c => (IReadOnlyDictionary<string, int>)new[] { present, target }.Select(p => p.GetValueOrDefault(c)).OfType<IReadOnlyDictionary<string, int>>()
                .SelectMany(w => w).GroupBy(w => w.Key).ToDictionary(w => w.Key, w => w.Max(n => n.Value)));

    /// <summary>Shrink to nothing, then grow: never two at a time.</summary>
    private static ReplicaShift Exclusive(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> present, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> target)
    {
        var step = FailbackSteps.Plan(present, target, [])[0];
        var lowered = step.Raised.ToDictionary(c => c.Key, c => Least(c.Value, step.Lowered[c.Key], present.GetValueOrDefault(c.Key)));
        var halves = new List<ShiftHalf>();
        Add(halves, present, lowered, "It runs nothing any more where it leaves");
        Add(halves, lowered, step.Lowered, "It is back");
        var undo = new List<ShiftHalf>();
        Add(undo, step.Lowered, lowered, "");
        return new ReplicaShift(halves, undo is [{ } half] ? half : null);
    }

    private static IReadOnlyDictionary<string, int> Least(IReadOnlyDictionary<string, int> raised, IReadOnlyDictionary<string, int> lowered, IReadOnlyDictionary<string, int>? present) =>
        raised.Keys.ToDictionary(w => w, w => Math.Min(Math.Min(raised[w], lowered[w]), present?.GetValueOrDefault(w) ?? 0));

    private static void Add(
        List<ShiftHalf> halves, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> before, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> after, string words)
    {
        var changed = after.Where(c => c.Value.Any(w => (before.GetValueOrDefault(c.Key)?.GetValueOrDefault(w.Key) ?? 0) != w.Value)).ToDictionary(c => c.Key, c => c.Value);
        if (changed.Count > 0)
        {
            var where = string.Join(", ", changed.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key} {c.Value.Values.Sum()}"));
            halves.Add(new ShiftHalf(changed, $"{words}: {where}."));
        }
    }

    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Placed(Plan? plan) => (plan?.Targets ?? []).ToDictionary(c => c.Cluster, c => c.Replicas);
}
