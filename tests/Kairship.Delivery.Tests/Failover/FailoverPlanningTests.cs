using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Tests.Placement;

namespace Kairship.Delivery.Tests.Failover;

using Fleet = Kairship.Delivery.Tests.Placement.Fleet;

public sealed class FailoverPlanningTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<FailoverCandidate[]> GenCandidates = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 6], Gen.Int[0, 9], Gen.Int[0, 3]).Array[1, 12].Select(all => all.Select((c, i) =>
        Candidate($"app{i}", c.Item1 == 0 ? $"b:{c.Item2}" : $"a:{c.Item2} b:1", policy: p => p with
        {
            Priority = c.Item1 * 100, TolerationSeconds = c.Item3 * 20, Approval = c.Item4 == 1 ? FailoverApproval.Always : FailoverApproval.None,
        }) with { Stateful = c.Item4 == 2 ? "It keeps state." : null }).ToArray());

    [Fact]
    public void Order_ByPriority_ThenByName_AndOnlyWhoWasThere()
    {
        var order = Order(Request("a:0 b:9 c:9", Candidate("zeta", "a:1"), Candidate("beta", "a:1"), Candidate("first", "a:1", policy: p => p with { Priority = 900 }), Candidate("elsewhere", "b:2")));
        Show(order).Should().Be("first:Go beta:Go zeta:Go");
        order.Items.Should().OnlyContain(i => i.From.Single() == "a" && i.Lost == 1 && i.Decision!.Replicas.Count > 0 && !i.Decision.Replicas.ContainsKey("a"));
        order.LookAgainAt.Should().BeNull();
    }

    [Fact]
    public void Toleration_IsThePolicysOwn_UnlessThePlacementSpeaksOfIt()
    {
        var order = Order(Request("a:0 b:9",
            Candidate("now", "a:1"),
            Candidate("later", "a:1", policy: p => p with { TolerationSeconds = 90 }),
            Candidate("over", "a:1", policy: p => p with { TolerationSeconds = 60 }),
            Candidate("ever", "a:1", tolerations: new Toleration(ConditionTaints.Unreachable, TolerationOperator.Exists)),
            Candidate("own", "a:1", policy: p => p with { TolerationSeconds = 600 }, tolerations: new Toleration(ConditionTaints.Unreachable, TolerationOperator.Exists, TolerationSeconds: 30))));
        Show(order).Should().Be("now:Go own:Go over:Go ever:Tolerate later:Tolerate", "who has been due longest goes first");
        order.Of(FailoverVerdict.Tolerate).Select(i => (i.Application, i.At)).Should().BeEquivalentTo([("ever", (DateTimeOffset?)null), ("later", Now.AddSeconds(30))]);
        order.LookAgainAt.Should().Be(Now.AddSeconds(30));
    }

    [Fact]
    public void OneLossIsOver_AnotherIsBorne_ItLeavesTheOne_AndKeepsTheOther()
    {
        var lost = new[] { Lost("a"), new LostCluster("b", 2, [new Taint(ConditionTaints.NotReady, TaintEffect.NoExecute, TimeAdded: Now.AddSeconds(-10))]) };
        var candidate = Candidate("web", "a:2 b:2 c:2", policy: p => p with { TolerationSeconds = 30 });
        var item = Order(Request("a:0 b:9 c:9", candidate) with { Lost = lost }).Items.Single();
        item.Should().Match<FailoverItem>(i => i.Verdict == FailoverVerdict.Go && i.From.Single() == "a" && i.At == Now.AddSeconds(20));
        item.Decision!.Show().Should().Be("b:2 c:4", "what is lost gets nothing new");
    }

    [Theory]
    [InlineData(ArbiterPurpose.Heal, "Go", null)]
    [InlineData(ArbiterPurpose.Scale, "Go", "somebody")]
    [InlineData(ArbiterPurpose.Release, "Go", "somebody")]
    [InlineData(ArbiterPurpose.Failback, "Go", "somebody")]
    [InlineData(ArbiterPurpose.Failover, "Wait", null)]
    [InlineData(ArbiterPurpose.Removal, "Wait", null)]
    public void Lease_Table(ArbiterPurpose purpose, string verdict, string? preempts)
    {
        var item = Order(Request("a:0 b:9", Candidate("web", "a:1") with { Lease = new ArbiterLease("web", "somebody", purpose, 3, Now) })).Items.Single();
        item.Verdict.ToString().Should().Be(verdict);
        item.Preempts.Should().Be(preempts);
    }

    [Theory]
    [InlineData(FailoverApproval.None, null, "Go")]
    [InlineData(FailoverApproval.Always, null, "Ask")]
    [InlineData(FailoverApproval.Above, 3, "Go")]
    [InlineData(FailoverApproval.Above, 2, "Ask")]
    public void Approval_Table(FailoverApproval approval, int? above, string verdict) =>
        Show(Order(Request("a:0 b:9", Candidate("web", "a:3 b:5", policy: p => p with { Approval = approval, ApprovalAbove = above })))).Should().Be($"web:{verdict}");

    [Fact]
    public void Brake_HoldsAll_AndSaysWhy()
    {
        var order = Order(Request("a:0 b:9", Candidate("web", "a:1"), Candidate("patient", "a:1", policy: p => p with { TolerationSeconds = 99 })) with { Brake = new BrakeAnswer(true, "3 of 4 clusters are lost.") });
        Show(order).Should().Be("web:Wait patient:Tolerate");
        order.Items[0].Sentence.Should().Be("The brake holds: 3 of 4 clusters are lost.");
    }

    [Fact]
    public void Stateful_IsNeverMovedWithoutAConfirmationOfThisLoss()
    {
        var candidate = Candidate("db", "a:1", policy: p => p with { Priority = 1000 }) with { Stateful = "db keeps state in StatefulSet/db." };
        FailoverItem Judge(FencingState? fencing) => Order(Request("a:0 b:9", candidate) with { Lost = [Lost("a") with { Fencing = fencing }] }).Items.Single();
        Judge(null).Should().Match<FailoverItem>(i => i.Verdict == FailoverVerdict.Fence && i.Hook == null && i.Sentence == "db keeps state in StatefulSet/db. Nobody has confirmed that a runs nothing any more. When you have made sure of it: kairship cluster confirm-fenced a --how \"...\".");
        Judge(new FencingState.Confirmed("a", 6, "ann", Now, "off")).Verdict.Should().Be(FailoverVerdict.Fence, "that was an earlier loss");
        Judge(new FencingState.Returned("a", 7, Now)).Verdict.Should().Be(FailoverVerdict.Fence);
        Judge(new FencingState.Confirmed("a", 7, "ann", Now, "off")).Verdict.Should().Be(FailoverVerdict.Go);
        Order(Request("a:0 b:9", candidate with { Fenced = ["a"] })).Items.Single().Verdict.Should().Be(FailoverVerdict.Go, "its own hook has confirmed it for it");
        Order(Request("a:0 b:9", candidate with { Fenced = ["b"] })).Items.Single().Verdict.Should().Be(FailoverVerdict.Fence);
        var hook = new FenceHook("https://fence.example.org");
        candidate = Candidate("db", "a:1", policy: p => p with { Stateful = new StatefulPolicy { Fencing = FencingMode.Hook, Hook = hook } }) with { Stateful = "It says so." };
        Judge(null).Hook.Should().Be(hook);
    }

    [Fact]
    public void Room_GoesToWhoCanGo_InOrder_AndTheBookIsAsBefore()
    {
        var request = Request("a:0 b:5",
            Candidate("asks", "a:3", policy: p => p with { Priority = 900, Approval = FailoverApproval.Always }),
            Candidate("great", "a:3", policy: p => p with { Priority = 800 }),
            Candidate("small", "a:2"),
            Candidate("last", "a:1", policy: p => p with { Priority = 1 }));
        var order = Order(request);
        Show(order).Should().Be("asks:Nowhere great:Go small:Go last:Nowhere");
        order.Items[3].Sentence.Should().StartWith("last has nowhere to go: ");
        request.Capacity!.Free("b", Fleet.Core).Should().Be(5);
    }

    [Fact]
    public void Duplicated_WithoutANewCandidate_HasNothingToMove_UnlessItWasTakenAwayThere()
    {
        var candidate = Candidate("web", "a:2 b:2 c:2", placement: new PlacementPolicy());
        Show(Order(Request("a:0 b:9 c:9", candidate))).Should().Be("web:Nothing");
        Show(Order(Request("a:0 b:9 c:9", candidate with { IsHalfWay = true }))).Should().Be("web:Go");
    }

    /// <summary>b was lost so many minutes ago and so often, and is well for so many minutes; the application trusts it after 10, doubled for each loss after the first.</summary>
    [Theory]
    [InlineData("a:0 b:9 c:9", 9, 1, "c:3", "b")]
    [InlineData("a:0 b:9 c:9", 11, 1, "b:1 c:2", "")]
    [InlineData("a:0 b:9 c:9", 11, 2, "c:3", "b")]
    [InlineData("a:0 b:9 c:9", 19, 2, "c:3", "b")]
    [InlineData("a:0 b:9 c:9", 21, 2, "b:1 c:2", "")]
    [InlineData("a:0 b:9 c:1", 9, 1, "b:2 c:1", "")]
    [InlineData("a:0 b:9 c:9", -1, 1, "c:3", "b")]
    public void Recovering_GetsNothingNew_BeforeItIsTrusted_UnlessThereIsNoOtherPlace(string room, int wellMinutes, int losses, string placed, string avoided)
    {
        var since = wellMinutes < 0 ? (DateTimeOffset?)null : Now.AddMinutes(-wellMinutes);
        var back = new ReturningCluster("b", since, [.. Enumerable.Range(1, losses).Select(i => Now.AddMinutes(-30 - i))], null);
        var item = Order(Request(room, Candidate("web", "a:2 c:1")) with { Recovering = [back] }).Items.Single();

        item.Decision!.Show().Should().Be(placed);
        string.Join(' ', item.ToChange().Avoids).Should().Be(avoided);
    }

    [Fact]
    public void Alternatives_TheOneItIsOn_ThenTheLaterOnes_ThenTheEarlier()
    {
        PlacementPolicy On(params string[] clusters) => Fleet.Dynamic() with
        {
            ClusterAffinities = [.. clusters.Select(c => new NamedAffinity($"on-{c}", new ClusterAffinity([c])))],
        };
        FailoverCandidate At(string cluster, PlacementPolicy policy) => Candidate("web", $"{cluster}:1", placement: policy) is var c ? c with { Placement = c.Placement with { Alternative = $"on-{cluster}" } } : c;
        Order(Request("a:0 b:9 c:9", At("a", On("c", "a", "b")))).Items.Single().Decision!.Show().Should().Be("b:1");
        var earlier = Order(Request("a:0 b:9 c:9", At("a", On("c", "a")))).Items.Single();
        earlier.Decision!.Show().Should().Be("c:1");
        earlier.ToChange().Should().BeEquivalentTo(new PlacementChange(ReleaseKind.Failover, "web leaves a.") { Lost = ["a"], Alternative = "on-c" });
    }

    [Theory]
    [InlineData(2, 100, "", 0, "Go Go Wait+1 Wait+1 Wait+2")]
    [InlineData(50, 3, "", 1, "Go Go Wait Wait Wait")]
    [InlineData(2, 100, "0.4", 0, "Go Wait+0.6 Wait+1 Wait+1.6 Wait+2")]
    [InlineData(0.5, 100, "", 0, "Go Wait+2 Wait+4 Wait+6 Wait+8")]
    [InlineData(0.5, 100, "1.5", 0, "Wait+0.5 Wait+2.5 Wait+4.5 Wait+6.5 Wait+8.5")]
    public void Rate_Table(double perSecond, int atOnce, string begunBefore, int running, string expected)
    {
        var order = Order(Request("a:0 b:99", [.. Enumerable.Range(0, 5).Select(i => Candidate($"app{i}", "a:1"))]) with
        {
            Rate = new FailoverRate { PerSecond = perSecond, AtOnce = atOnce }, Running = running,
            Begun = begunBefore.Length == 0 ? [] : [Now.AddSeconds(-double.Parse(begunBefore))],
        });
        string.Join(' ', order.Items.Select(i => $"{i.Verdict}{(i.At is { } at ? $"+{(at - Now).TotalSeconds}" : "")}")).Should().Be(expected);
    }

    [Fact]
    public void Rate_IsKept_AndEverybodyGoesInTheEnd() => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 8], Gen.Int[1, 30]).Sample((count, perSecond, atOnce) =>
    {
        var waiting = Enumerable.Range(0, count).Select(i => Candidate($"app{i:00}", "a:1")).ToList();
        var (now, begun, rounds) = (Now, new List<DateTimeOffset>(), 0);
        while (waiting.Count > 0 && rounds++ < 200)
        {
            var order = Order(Request("a:0 b:99", [.. waiting]) with { Now = now, Begun = begun, Rate = new FailoverRate { PerSecond = perSecond, AtOnce = atOnce } });
            var gone = order.Of(FailoverVerdict.Go).Select(i => i.Application).ToHashSet();
            waiting.RemoveAll(c => gone.Contains(c.Application.Name));
            begun.AddRange(gone.Select(_ => now));
            now = order.LookAgainAt ?? now.AddSeconds(1);
        }

        waiting.Should().BeEmpty();
        begun.Should().OnlyContain(at => begun.Count(b => b > at.AddSeconds(-1) && b <= at) <= perSecond);
    }, iter: 30);

    [Fact]
    public void SameRequest_SameOrder_WhateverTheOrderOfItsLists() => GenCandidates.Sample(candidates =>
    {
        var one = Order(Request("a:0 b:8 c:5", candidates) with { Rate = new FailoverRate { PerSecond = 3 } });
        var other = Order(Request("a:0 b:8 c:5", [.. candidates.Reverse()]) with { Rate = new FailoverRate { PerSecond = 3 } });
        return Show(one) == Show(other) && one.Items.Select(i => i.Sentence).SequenceEqual(other.Items.Select(i => i.Sentence)) && one.LookAgainAt == other.LookAgainAt;
    });

    [Fact]
    public void Order_HasEverybodyOnce_AndNoStatefulOneGoesUnconfirmed_NorMoreThanThereIsRoom() => GenCandidates.Sample(candidates =>
    {
        var order = Order(Request("a:0 b:8 c:5", candidates));
        var going = order.Of(FailoverVerdict.Go).ToList();
        order.Items.Select(i => i.Application).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(candidates.Where(c => c.Placement.Replicas.ContainsKey("a")).Select(c => c.Application.Name));
        order.Items.Select(i => i.Priority).Should().BeInDescendingOrder();
        going.All(i => candidates.Single(c => c.Application.Name == i.Application).Stateful == null).Should().BeTrue();
        going.SelectMany(i => i.Decision!.Needs).GroupBy(n => n.Cluster).All(g => g.Sum(n => n.Replicas) <= (g.Key == "b" ? 8 : 5)).Should().BeTrue();
    });

    private static FailoverOrder Order(FailoverRequest request) => FailoverPlanning.Order(request);

    private static string Show(FailoverOrder order) => string.Join(' ', order.Items.Select(i => $"{i.Application}:{i.Verdict}"));

    /// <summary>Lost a minute ago, for the seventh time.</summary>
    private static LostCluster Lost(string name) => new(name, 7, ConditionTaints.Of(new ClusterSight(name, Readiness.Unreachable, Now.AddSeconds(-60))));

    /// <summary>The cluster a is lost.</summary>
    private static FailoverRequest Request(string rooms, params FailoverCandidate[] candidates) =>
        new([Lost("a")], candidates, Fleet.Clusters(rooms), Now) { Capacity = Fleet.Book(rooms) };

    private static FailoverCandidate Candidate(
        string name, string where, Func<FailoverPolicy, FailoverPolicy>? policy = null, PlacementPolicy? placement = null, params Toleration[] tolerations)
    {
        var application = Make.Application(name) with
        {
            Placement = (placement ?? Fleet.Dynamic()) with { ClusterTolerations = tolerations }, Failover = policy?.Invoke(new FailoverPolicy()) ?? new FailoverPolicy(),
        };
        var isDuplicated = application.Placement.ReplicaScheduling == ReplicaSchedulingType.Duplicated;
        var numbers = Fleet.Numbers(where).Values;
        return new FailoverCandidate(application, Fleet.Previous(where), [new WorkloadNeed("Deployment/web", isDuplicated ? numbers.First() : numbers.Sum(), Fleet.Core)]);
    }
}
