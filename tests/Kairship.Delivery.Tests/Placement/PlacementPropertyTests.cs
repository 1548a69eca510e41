using System.Text.Json;
using CsCheck;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Tests.Placement;

/// <summary>What must hold of every decision, whatever it is asked.</summary>
public sealed class PlacementPropertyTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Taint[]> GenTaints = Gen.Frequency(
        (8, Gen.Const(Array.Empty<Taint>())),
        (1, Gen.Const(new[] { new Taint("full", TaintEffect.NoSchedule) })),
        (1, Gen.Int[0, 100].Select(age => new[] { new Taint("down", TaintEffect.NoExecute, null, Now.AddSeconds(-age)) })));

    private static readonly Gen<ClusterFacts[]> GenClusters = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], GenTaints)
        .Select((region, zone, taints) => (region, zone, taints)).Array[1, 6]
        .Select(parts => parts.Select((p, i) => Make.Cluster($"c{i}", p.region == 3 ? ["tier=edge"] : [$"region=r{p.region}", $"zone=z{p.region}{p.zone}"]) with { Taints = p.taints }).ToArray());

    private static readonly Gen<NodeFacts[]> GenNodes = Gen.Select(Gen.Int[0, 8], Gen.Int[0, 9]).Select((cores, pods) => Fleet.Node("", cores, pods)).Array[0, 3]
        .Select(nodes => nodes.Select((n, i) => n with { Name = $"n{i}" }).ToArray());

    private static readonly Gen<WorkloadNeed[]> GenWorkloads = Gen.Select(Gen.Int[0, 7], Gen.Int[1, 3], Gen.Bool).Select((replicas, cores, known) => (replicas, cores, known)).Array[1, 3]
        .Select(parts => parts.Select((p, i) => new WorkloadNeed($"Deployment/w{i}", p.replicas, p.known || i == 0 ? new PodRequest(new NodeAmounts(1000 * p.cores)) : null)).ToArray());

    private static readonly Gen<SpreadConstraint[]> GenSpread = Gen.Frequency(
        (3, Gen.Const(Array.Empty<SpreadConstraint>())),
        (2, Gen.Select(Gen.Int[1, 3], Gen.Int[0, 2]).Select((min, more) => new[] { new SpreadConstraint(SpreadField.Cluster, min, min + more) })),
        (3, Gen.Select(Gen.Int[1, 2], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 2]).Select((min, more, clusters, zones) => new SpreadConstraint[]
        {
            new(SpreadField.Region, min, more == 0 ? 0 : min + more), new(SpreadField.Cluster, 1, clusters == 0 ? 0 : min + clusters), new(SpreadField.Zone, 1 + zones),
        }[..(zones == 0 ? 2 : 3)])));

    private static readonly Gen<PlacementPolicy> GenPolicy = Gen.Select(Gen.Int[0, 3], GenSpread, Gen.Int[0, 9], Gen.Bool).Select((mode, spread, excluded, tolerant) => new PlacementPolicy
    {
        ClusterAffinity = new ClusterAffinity(Exclude: [$"c{excluded}"]),
        SpreadConstraints = spread,
        ClusterTolerations = tolerant ? [new Toleration("down", TolerationOperator.Exists, TolerationSeconds: 50)] : [],
        ReplicaScheduling = mode == 0 ? ReplicaSchedulingType.Duplicated : ReplicaSchedulingType.Divided,
        DivisionPreference = mode == 1 ? ReplicaDivisionPreference.Aggregated : ReplicaDivisionPreference.Weighted,
        DynamicWeight = mode == 2 ? DynamicWeight.AvailableReplicas : null,
        StaticWeights = mode == 3 ? [new StaticWeight(new ClusterAffinity(["c0"]), 3), new StaticWeight(new ClusterAffinity(Exclude: ["c1"]), 2)] : [],
    });

    private static readonly Gen<Question> GenQuestion = Gen.Select(
        GenPolicy, GenClusters, GenWorkloads, GenNodes.Array[6], Gen.Bool.Array[6], Gen.Int[0, 5].Array[18], Gen.Int[0, 3].Array[6], Gen.Int[0, 9])
        .Select((policy, clusters, workloads, nodes, known, held, there, how) => new Question(
            policy, clusters, workloads,
            clusters.Select((c, i) => (c.Name, Nodes: nodes[i])).Where((_, i) => known[i] || i == 0).ToDictionary(c => c.Name, c => (IReadOnlyList<NodeFacts>)c.Nodes),
            how < 3 ? null : clusters.Where((_, i) => there[i] == 0).ToDictionary(
                c => c.Name, c => (IReadOnlyDictionary<string, int>)workloads.Select((w, w0) => (w.Key, held[(c.Name[1] - '0') * 3 + w0])).ToDictionary(w => w.Key, w => w.Item2)),
            how == 9));

    [Fact]
    public void Decide_Placed_GivesEveryReplicaAndNeverMoreThanThereIsRoomFor() => Check((question, decision) =>
    {
        var book = question.Book();
        book.Assume(decision.Needs).Should().NotBeNull("what was decided fits");
        foreach (var workload in question.Workloads.Where(_ => decision.Unschedulable is null))
        {
            var given = decision.Clusters.Select(c => (Cluster: c, Replicas: decision.Replicas[c.Name][workload.Key])).ToList();
            if (question.Policy.ReplicaScheduling == ReplicaSchedulingType.Divided)
            {
                given.Sum(g => g.Replicas).Should().Be(workload.Replicas);
            }
            else
            {
                given.Should().OnlyContain(g => g.Replicas == (IsClosed(question, g.Cluster) ? Math.Min(workload.Replicas, question.HeldIn(g.Cluster.Name, workload.Key)) : workload.Replicas));
            }
        }
    });

    [Fact]
    public void Decide_Unschedulable_PlacesNothingAndSaysWhy() => Check((_, decision) =>
    {
        if (decision.Unschedulable is { } why)
        {
            why.Should().NotBeEmpty();
            (decision.Clusters.Count + decision.Replicas.Count + decision.Needs.Count).Should().Be(0);
        }
        else
        {
            decision.Clusters.Should().NotBeEmpty();
        }
    });

    [Fact]
    public void Questions_AreOfEveryKind()
    {
        var outcomes = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        Check((question, decision) => outcomes.AddOrUpdate(
            $"{question.Policy.ReplicaScheduling} {question.Policy.DivisionPreference} {question.Policy.DynamicWeight} {question.Policy.SpreadConstraints.Count > 0} {decision.Unschedulable is null}", 1, (_, n) => n + 1));

        outcomes.Should().HaveCount(16, "each of four modes, with spread and without, is placed at times and at times cannot be");
        outcomes.Values.Should().OnlyContain(n => n >= 3);
    }

    [Fact]
    public void Decide_Constraints_Hold() => Check((question, decision) =>
    {
        foreach (var cluster in decision.Clusters)
        {
            AffinityMatcher.Matches(question.Policy.ClusterAffinity, cluster).Should().BeTrue();
            var verdict = Tolerations.Judge(cluster.Taints, question.Policy.ClusterTolerations, Now);
            verdict.Should().NotBe(TaintVerdict.Evicting);
            if (verdict == TaintVerdict.Closed)
            {
                question.Workloads.Should().OnlyContain(w => decision.Replicas[cluster.Name][w.Key] <= question.HeldIn(cluster.Name, w.Key), "nothing new comes");
            }
        }

        var isStatic = question.Policy is { ReplicaScheduling: ReplicaSchedulingType.Divided, DivisionPreference: ReplicaDivisionPreference.Weighted, DynamicWeight: null };
        foreach (var constraint in question.Policy.SpreadConstraints.Where(_ => decision.Unschedulable is null && !isStatic))
        {
            var groups = decision.Clusters.Select(c => ValueOf(constraint.SpreadByField, c)).Distinct().ToList();
            groups.Should().NotContainNulls();
            groups.Count.Should().BeLessThanOrEqualTo(constraint.MaxGroups == 0 ? int.MaxValue : constraint.MaxGroups);
            var total = question.Workloads.Sum(w => w.Replicas);
            var least = question.Policy.ReplicaScheduling == ReplicaSchedulingType.Duplicated ? constraint.MinGroups : Math.Min(constraint.MinGroups, total);
            groups.Count.Should().BeGreaterThanOrEqualTo(least);
        }
    });

    [Fact]
    public void Decide_EveryCluster_IsExplained() => Check((question, decision) =>
    {
        decision.Explanation.Clusters.Select(c => c.Cluster).Should().Equal(question.Clusters.Select(c => c.Name));
        decision.Explanation.Clusters.Where(c => c.IsChosen).Select(c => c.Cluster).Should().Equal(decision.Clusters.Select(c => c.Name));
        decision.Explanation.Clusters.Should().OnlyContain(c => c.Sentence.StartsWith($"{c.Cluster} is {(c.IsChosen ? "" : "not ")}chosen: ") && c.Sentence.EndsWith('.') && !c.Sentence.EndsWith(".."));
        decision.Explanation.Divisions.Count.Should().Be(decision.Unschedulable is null ? question.Workloads.Length : 0);
        foreach (var division in decision.Explanation.Divisions)
        {
            division.Shares.Where(s => s.Given > 0).Select(s => s.Cluster).Should().BeSubsetOf(decision.Clusters.Select(c => c.Name));
        }

        decision.Explanation.Sentences().Should().NotContainNulls();
    });

    [Fact]
    public void Decide_OrderOfTheInput_DoesNotCount() => Check((question, decision) =>
    {
        var turned = Fleet.Decide(question.Request() with { Clusters = question.Clusters.Reverse().ToList(), Workloads = question.Workloads.Reverse().ToList() });

        Text(turned).Should().Be(Text(decision));
        Text(Fleet.Decide(question.Request())).Should().Be(Text(decision), "and a second time gives the same");
    });

    [Fact]
    public void Decide_WithoutSpread_MovesTheLeast() => Check((question, decision) =>
    {
        if (decision.Unschedulable is not null || question.Fresh || question.Policy.SpreadConstraints.Count > 0
            || (question.Policy.DynamicWeight is null && question.Policy.DivisionPreference == ReplicaDivisionPreference.Weighted))
        {
            return;
        }

        var open = question.Clusters.Where(c => AffinityMatcher.Matches(question.Policy.ClusterAffinity, c) && Tolerations.Judge(c.Taints, question.Policy.ClusterTolerations, Now) != TaintVerdict.Evicting).ToList();
        foreach (var workload in question.Workloads)
        {
            var moves = open.Select(c => (decision.Replicas.GetValueOrDefault(c.Name)?[workload.Key] ?? 0) - question.HeldIn(c.Name, workload.Key)).ToList();
            (moves.All(m => m >= 0) || moves.All(m => m <= 0)).Should().BeTrue("nobody grows while another shrinks");
        }
    });

    [Fact]
    public void Decide_OneReplicaMore_TakesNothingFromAnybody() => Gen.Select(Gen.Int[0, 9].Array[1, 6], Gen.Int[0, 30]).Sample((rooms, total) =>
    {
        var text = string.Join(' ', rooms.Select((room, i) => $"c{i}:{room}"));
        var (less, more) = (Fleet.Decide(Fleet.Request(Fleet.Dynamic(), text, total)), Fleet.Decide(Fleet.Request(Fleet.Dynamic(), text, total + 1)));
        more.Unschedulable.Should().Be(total + 1 > rooms.Sum() ? more.Unschedulable : null);
        return more.Unschedulable is not null || less.Clusters.All(c => (more.Replicas.GetValueOrDefault(c.Name)?["Deployment/web"] ?? 0) >= less.Replicas[c.Name]["Deployment/web"]);
    });

    [Fact]
    public void Decide_OneWorkload_IsWhatANaiveReadingOfTheRulesGives() => Gen.Select(
        Gen.Int[0, 7].Array[1, 5], Gen.Int[-1, 4].Array[5], Gen.Int[0, 14], Gen.Bool, Gen.Bool, Gen.Bool).Sample((rooms, held, total, aggregated, fresh, placed) =>
    {
        var text = string.Join(' ', rooms.Select((room, i) => $"c{i}:{room}"));
        var before = string.Join(' ', rooms.Select((_, i) => held[i] < 0 ? "" : $"c{i}:{held[i]}"));
        var decision = Fleet.Decide(Fleet.Request(aggregated ? Fleet.Aggregated() : Fleet.Dynamic(), text, total) with { Fresh = fresh, Previous = placed ? Fleet.Previous(before) : null });

        var naive = NaiveDivision.Divide(rooms, rooms.Select((_, i) => placed ? held[i] : -1).ToArray(), total, aggregated, fresh);
        if (naive is null)
        {
            decision.Unschedulable.Should().NotBeNull();
            return;
        }

        decision.Unschedulable.Should().BeNull();
        rooms.Select((_, i) => decision.Replicas.GetValueOrDefault($"c{i}")?["Deployment/web"] ?? 0).Should().Equal(naive);
    });

    [Fact]
    public void Explanation_AsJson_SaysWhatTheSentencesSay()
    {
        var json = JsonSerializer.Serialize(Fleet.Decide(Fleet.Request(Fleet.Dynamic(), "a:5 b:1", 3, "a:1")).Explanation);

        json.Should().Contain("\"Sentence\":\"a is chosen").And.Contain("\"Available\":6").And.Contain("\"Free\":5").And.Contain("\"Weight\":5");
    }

    private static void Check(Action<Question, PlacementDecision> check) =>
        GenQuestion.Sample(question => check(question, Fleet.Decide(question.Request())), iter: 600, print: q => JsonSerializer.Serialize(new { q.Policy, q.Clusters, q.Workloads, q.Held, q.Fresh, q.Nodes }));

    private static bool IsClosed(Question question, ClusterFacts cluster) => Tolerations.Judge(cluster.Taints, question.Policy.ClusterTolerations, Now) == TaintVerdict.Closed;

    private static string? ValueOf(SpreadField field, ClusterFacts cluster) =>
        field switch { SpreadField.Region => cluster.Region, SpreadField.Zone => cluster.Zone, SpreadField.Provider => cluster.Provider, _ => cluster.Name };

    private static string Text(PlacementDecision decision) => string.Join('\n', decision.Explanation.Sentences()) + JsonSerializer.Serialize(decision.Replicas);

    private sealed record Question(
        PlacementPolicy Policy, ClusterFacts[] Clusters, WorkloadNeed[] Workloads, Dictionary<string, IReadOnlyList<NodeFacts>> Nodes,
        Dictionary<string, IReadOnlyDictionary<string, int>>? Held, bool Fresh)
    {
        public CapacityBook Book() => new(Nodes);

        public int HeldIn(string cluster, string workload) => Held?.GetValueOrDefault(cluster)?.GetValueOrDefault(workload) ?? 0;

        public PlacementRequest Request() => new(Policy, Clusters, Workloads) { Capacity = Book(), Previous = Held is null ? null : new PreviousPlacement(Held), Now = Now, Fresh = Fresh };
    }
}

/// <summary>The rules of division read word for word, with no thought of speed: seat by seat, sorting as it is written.</summary>
internal static class NaiveDivision
{
    /// <param name="held">-1: the application is not there.</param>
    public static int[]? Divide(int[] free, int[] held, int total, bool aggregated, bool fresh)
    {
        var own = held.Select(h => Math.Max(0, h)).ToArray();
        var sum = own.Sum();
        if (!fresh && total == sum)
        {
            return own;
        }

        if (!fresh && total < sum)
        {
            var down = own;
            if (aggregated)
            {
                down = Prefix(Enumerable.Range(0, own.Length).OrderByDescending(i => own[i]).ThenBy(i => i), own, total);
            }

            return Seats(down, total);
        }

        var weights = fresh ? free.Zip(own, (f, o) => f + o).ToArray() : free;
        var target = fresh ? total : total - sum;
        if (weights.Sum() < target)
        {
            return null;
        }

        if (aggregated)
        {
            weights = Prefix(Enumerable.Range(0, free.Length).OrderBy(i => held[i] < 0).ThenByDescending(i => weights[i]).ThenBy(i => i).ToList(), weights, target);
        }

        var seats = Seats(weights, target);
        return fresh ? seats : seats.Zip(own, (s, o) => s + o).ToArray();
    }

    private static int[] Prefix(IEnumerable<int> order, int[] weights, int target)
    {
        var (result, sum) = (new int[weights.Length], 0);
        foreach (var i in order)
        {
            if (sum >= target)
            {
                break;
            }

            result[i] = weights[i];
            sum += weights[i];
        }

        return result;
    }

    private static int[] Seats(int[] weights, int total)
    {
        var seats = new int[weights.Length];
        for (var seat = 0; seat < total; seat++)
        {
            var winner = Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0)
                .OrderByDescending(i => (double)weights[i] / (2 * seats[i] + 1)).ThenBy(i => seats[i]).ThenBy(i => i).First();
            seats[winner]++;
        }

        return seats;
    }
}
