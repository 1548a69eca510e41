using Kairship.Activities.Releases;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;

namespace Kairship.Activities.Rollouts;

/// <summary>What some clusters are taken to at the same time.</summary>
/// <param name="Replicas">Cluster to workload to replicas, of those that change.</param>
/// <param name="Sentence">For the story, when it is done.</param>
internal sealed record ShiftHalf(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Replicas, string Sentence);

/// <summary>The way of an application's replicas from one plan to another, half step by half step. The same release always has the same.</summary>
internal static class ReplicaShift
{
    /// <summary>What must not run twice has no steps: Promote moves it as a whole, and takes it away first (<see cref="Exclusion"/>).</summary>
    public static IReadOnlyList<ShiftHalf> Of(ReleaseWork work)
    {
        var (present, target) = (Exclusion.Placed(work.Stable?.Plan), Exclusion.Placed(work.Target.Plan));
        return Exclusion.IsStateful(work)
            ? []
            : Gentle(present, work.Release.Spec.Traffic is null ? target : ExclusiveMove.Most(present, target), work.Release.Spec.Failover.Failback.Steps);
    }

    /// <summary>
    /// Grow, then shrink: never fewer than before or than in the end. Where a router divides the traffic nothing shrinks here: only when that goes to the new places may the old ones have less, and Promote sees to that.
    /// </summary>
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
}
