using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>
/// One step of the way back, in two halves: first clusters grow to <see cref="Raised"/>; when that is healthy, others shrink to <see cref="Lowered"/>. Cluster to workload to replicas.
/// </summary>
public sealed record FailbackStep(int Percent, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Raised, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Lowered);

/// <summary>The way from one placement to another in small steps, like a canary's.</summary>
public static class FailbackSteps
{
    /// <summary>
    /// Each workload grows by ceil(p %) of all that is to grow, divided over the growing clusters by Webster with their growth as weight, and then shrinks by floor(p %) of all that is
    /// to shrink, divided likewise. So no cluster grows that shrinks in the end, nothing goes to and fro, and there are never fewer than before or than in the end, whichever is less.
    /// The last step is 100 and ends exactly at <paramref name="target"/>.
    /// </summary>
    /// <param name="present">Clusters that are absent have nothing.</param>
    /// <param name="percents">Rising, 1 to 100.</param>
    public static IReadOnlyList<FailbackStep> Plan(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> present, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> target, IReadOnlyList<int> percents)
    {
        var clusters = present.Keys.Union(target.Keys).Order(StringComparer.Ordinal).ToList();
        var workloads = present.Values.Concat(target.Values).SelectMany(w => w.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        var moves = workloads.ConvertAll(workload => new Move(workload, clusters, present, target));
        var steps = new List<FailbackStep>();
        var before = 0;
        foreach (var percent in percents.Where(p => p is > 0 and < 100).Append(100))
        {
            steps.Add(new FailbackStep(percent, Placement(clusters, moves, percent, before), Placement(clusters, moves, percent, percent)));
            before = percent;
        }

        return steps;
    }

    // Growth of this step; what shrinks has shrunk as far as the other percentage says.
    private static SortedDictionary<string, IReadOnlyDictionary<string, int>> Placement(List<string> clusters, List<Move> moves, int grown, int shrunk)
    {
        var placement = new SortedDictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal);
        var numbers = moves.ConvertAll(move => (move.Workload, Replicas: move.At(grown, shrunk)));
        foreach (var cluster in clusters)
        {
            placement[cluster] = new SortedDictionary<string, int>(
                numbers.Where(n => n.Replicas.ContainsKey(cluster)).ToDictionary(n => n.Workload, n => n.Replicas[cluster]), StringComparer.Ordinal);
        }

        return placement;
    }

    /// <summary>One workload's way.</summary>
    private sealed class Move
    {
        private readonly Dictionary<string, int> _present = [];
        private readonly List<(string Cluster, long Weight)> _growing = [];
        private readonly List<(string Cluster, long Weight)> _shrinking = [];

        public Move(
            string workload, List<string> clusters, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> present, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> target)
        {
            Workload = workload;
            foreach (var cluster in clusters)
            {
                var (now, then) = (Of(present, cluster, workload), Of(target, cluster, workload));
                if (now is null && then is null)
                {
                    continue;
                }

                var change = (then ?? 0) - (now ?? 0);
                _present[cluster] = now ?? 0;
                (change > 0 ? _growing : change < 0 ? _shrinking : []).Add((cluster, Math.Abs(change)));
            }
        }

        public string Workload { get; }

        public Dictionary<string, int> At(int grown, int shrunk)
        {
            var replicas = new Dictionary<string, int>(_present);
            Add(replicas, _growing, total => (int)((total * grown + 99) / 100), 1);
            Add(replicas, _shrinking, total => (int)(total * shrunk / 100), -1);
            return replicas;
        }

        // Webster gives nobody more than its weight as long as the total is at most the sum of the weights.
        private static void Add(Dictionary<string, int> replicas, List<(string Cluster, long Weight)> parties, Func<long, int> share, int sign)
        {
            if (parties.Count > 0)
            {
                foreach (var (cluster, count) in Webster.Divide(share(parties.Sum(p => p.Weight)), parties))
                {
                    replicas[cluster] += sign * count;
                }
            }
        }

        private static int? Of(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> placement, string cluster, string workload) =>
            placement.TryGetValue(cluster, out var workloads) && workloads.TryGetValue(workload, out var count) ? count : null;
    }
}
