using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Tests.Placement;

public sealed class DivisionTests
{
    [Theory]
    // Nothing there yet: by free room.
    [InlineData("a:6 b:3 c:3", 4, "", "a:2 b:1 c:1", "ScaleUp")]
    [InlineData("a:10 b:10", 5, "", "a:3 b:2", "ScaleUp")]
    [InlineData("a:9 b:0", 3, "", "a:3", "ScaleUp")]
    [InlineData("a:? b:?", 4, "", "a:2 b:2", "ScaleUp")]
    // More: only the difference, by free room, beside what is there.
    [InlineData("a:0 b:9", 6, "a:4 b:1", "a:4 b:2", "ScaleUp")]
    [InlineData("a:4 b:4", 10, "a:8 b:0", "a:9 b:1", "ScaleUp")]
    [InlineData("a:2 b:8", 12, "a:2", "a:4 b:8", "ScaleUp")]
    // Less: all anew, by what was there; who has nothing gets nothing.
    [InlineData("a:9 b:9 c:99", 3, "a:4 b:2", "a:2 b:1", "ScaleDown")]
    [InlineData("a:9 b:9", 0, "a:4 b:2", "a:0 b:0", "ScaleDown")]
    [InlineData("a:9 b:9", 1, "a:1 b:1", "a:1", "ScaleDown")]
    // Equal: stays, even where there is no room any more.
    [InlineData("a:0 b:99", 6, "a:5 b:1", "a:5 b:1", "Unchanged")]
    // A cluster was lost: its replicas go to the others, which keep theirs.
    [InlineData("b:4 c:2", 6, "a:3 b:2 c:1", "b:4 c:2", "ScaleUp")]
    public void Dynamic_Table(string rooms, int replicas, string previous, string expected, string method)
    {
        var decision = Fleet.Decide(Fleet.Request(Fleet.Dynamic(), rooms, replicas, previous));

        decision.Show().Should().Be(expected);
        decision.Explanation.Divisions.Should().ContainSingle().Which.Method.ToString().Should().Be(method);
    }

    [Theory]
    [InlineData("a:2 b:4", 4, "a:6", "a:3 b:1")]
    [InlineData("a:0 b:9", 9, "a:9", "a:5 b:4")]
    public void Fresh_WeighsFreeAndOwn(string rooms, int replicas, string previous, string expected) =>
        Fleet.Decide(Fleet.Request(Fleet.Dynamic(), rooms, replicas, previous) with { Fresh = true }).Show().Should().Be(expected);

    [Theory]
    [InlineData("a:3 b:9 c:5", 8, "", "b:8")]
    [InlineData("a:3 b:9 c:5", 12, "", "b:8 c:4")]
    [InlineData("a:5 b:5", 5, "", "a:5")]
    // The used ones first, although others have more room.
    [InlineData("a:3 b:9 c:5", 3, "a:1", "a:3")]
    [InlineData("a:3 b:9 c:5", 7, "a:1", "a:3 b:4")]
    // Less: on those that had most.
    [InlineData("a:9 b:9 c:9", 4, "a:2 b:4 c:3", "b:4")]
    [InlineData("a:9 b:9 c:9", 6, "a:2 b:4 c:3", "b:3 c:3")]
    [InlineData("a:0 b:0", 3, "a:2 b:1", "a:2 b:1")]
    public void Aggregated_Table(string rooms, int replicas, string previous, string expected) =>
        Fleet.Decide(Fleet.Request(Fleet.Aggregated(), rooms, replicas, previous)).Show().Should().Be(expected);

    [Theory]
    [InlineData("a:2 b:1", 4, "", "Deployment/web needs room for 4 more replicas, and the 2 clusters that can be chosen have room for 3 (a 2, b 1).")]
    [InlineData("a:2 b:1", 9, "a:5", "Deployment/web needs room for 4 more replicas, and the 2 clusters that can be chosen have room for 3 (a 2, b 1).")]
    public void TooLittleRoom_IsNeverAPartialPlacement(string rooms, int replicas, string previous, string expected)
    {
        foreach (var policy in new[] { Fleet.Dynamic(), Fleet.Aggregated() })
        {
            var decision = Fleet.Decide(Fleet.Request(policy, rooms, replicas, previous));

            decision.Unschedulable.Should().Be(expected);
            decision.Clusters.Should().BeEmpty();
            decision.Replicas.Should().BeEmpty();
            decision.Needs.Should().BeEmpty();
            decision.Explanation.Clusters.Should().OnlyContain(c => !c.IsChosen && c.Reason == ClusterReason.Capacity && c.Sentence.Contains("room for"));
        }
    }

    [Fact]
    public void Duplicated_WithoutRoomInOne_IsRefusedWithItsNumbers()
    {
        var decision = Fleet.Decide(Fleet.Request(Fleet.Duplicated(), "a:5 b:2", 3));

        decision.Unschedulable.Should().Be("b has room for 2 of 3 more Deployment/web.");
        decision.Reasons["b"].Should().Contain("too little room").And.Contain("room for 2 more");
        decision.Reasons["a"].Should().Contain("the application as a whole could not be placed (b has room for 2 of 3");
        Fleet.Decide(Fleet.Request(Fleet.Duplicated(), "a:5 b:2", 3, "a:3 b:1")).Show().Should().Be("a:3 b:3", "what is there counts");
    }

    [Fact]
    public void Static_WithoutRoomForAShare_IsRefusedAndNotDividedOtherwise()
    {
        var policy = new PlacementPolicy { ReplicaScheduling = ReplicaSchedulingType.Divided };

        Fleet.Decide(Fleet.Request(policy, "a:9 b:2", 6)).Unschedulable.Should().Be("b has room for 2 of 3 more Deployment/web.");
        Fleet.Decide(Fleet.Request(policy, "a:9 b:3", 6, "a:6")).Show().Should().Be("a:3 b:3", "it is divided anew each time");
    }

    [Theory]
    [InlineData("Dynamic", "a:2 b:6")]
    [InlineData("Static", "a:2 b:6")]
    [InlineData("Duplicated", "a:2 b:8")]
    public void NoScheduleTaint_KeepsWhatIsThereAndTakesNothingNew(string mode, string expected)
    {
        var policy = mode == "Dynamic" ? Fleet.Dynamic() : mode == "Static" ? new PlacementPolicy { ReplicaScheduling = ReplicaSchedulingType.Divided } : Fleet.Duplicated();
        var request = Fleet.Request(policy, "a:50 b:50 c:50", 8, "a:2 b:2");
        request = request with { Clusters = request.Clusters.Select(c => c.Name == "b" ? c : c with { Taints = [new Taint("k", TaintEffect.NoSchedule)] }).ToList() };

        var decision = Fleet.Decide(request);

        decision.Show().Should().Be(expected);
        decision.Reasons["c"].Should().Be("c is not chosen: its taint k:NoSchedule is not tolerated.");
        decision.Reasons["a"].Should().Contain("its taint k:NoSchedule is not tolerated, so that it keeps what it has and gets nothing new");
    }

    [Fact]
    public void NoExecuteTaint_DrivesOutWhenItsTolerationEnds()
    {
        var now = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        var request = Fleet.Request(Fleet.Dynamic() with { ClusterTolerations = [new Toleration("down", TolerationOperator.Exists, TolerationSeconds: 300)] }, "a:9 b:9", 4, "a:2 b:2");
        request = request with { Clusters = [request.Clusters[0] with { Taints = [new Taint("down", TaintEffect.NoExecute, null, now)] }, request.Clusters[1]] };

        var before = Fleet.Decide(request with { Now = now.AddSeconds(299) });
        before.Show().Should().Be("a:2 b:2");
        before.Explanation.Clusters[0].EvictionDue.Should().Be(now.AddSeconds(300));
        var after = Fleet.Decide(request with { Now = now.AddSeconds(300) });
        after.Show().Should().Be("b:4");
        after.Reasons["a"].Should().Be("a is not chosen: its taint down:NoExecute is tolerated no longer.");
    }

    [Fact]
    public void SeveralWorkloads_ShareTheRoomOfACluster()
    {
        WorkloadNeed[] workloads = [new("Deployment/web", 6, Fleet.Core), new("Deployment/db", 2, new PodRequest(new NodeAmounts(4000)))];
        PlacementRequest With(string rooms, PlacementPolicy policy) => new(policy, Fleet.Clusters(rooms), workloads) { Capacity = Fleet.Book(rooms) };

        // 14 cores in all: 8 for db, 6 for web.
        var tight = Fleet.Decide(With("a:7 b:7", Fleet.Dynamic()));
        tight.Show("Deployment/db").Should().Be("a:1 b:1");
        tight.Show().Should().Be("a:3 b:3");
        Fleet.Decide(With("a:7 b:6", Fleet.Dynamic())).Unschedulable.Should().Contain("Deployment/web needs room for 6 more replicas").And.Contain("room for 5");
        Fleet.Decide(With("a:14 b:99 c:13", Fleet.Aggregated())).Clusters.Select(c => c.Name).Should().Equal("b");
        Fleet.Decide(With("a:8 b:8", Fleet.Aggregated())).Clusters.Should().HaveCount(2);
        Fleet.Decide(With("a:14 b:13", Fleet.Duplicated())).Unschedulable.Should().StartWith("b has room for 5 of 6 more Deployment/web");
    }

    [Fact]
    public void ABatchThatAssumes_DoesNotLandOnOneCluster()
    {
        var request = Fleet.Request(Fleet.Aggregated(), "a:9 b:8 c:8", 4);
        var book = request.Capacity!;

        var placed = Enumerable.Range(0, 7).Select(_ =>
        {
            var decision = Fleet.Decide(request);
            (decision.Unschedulable is null).Should().Be(book.Assume(decision.Needs) is not null && decision.Needs.Count > 0);
            return decision.Show();
        }).ToList();

        placed.Should().Equal("a:4", "b:4", "c:4", "a:4", "b:4", "c:4", "");
    }

    [Fact]
    public void ScaledToZero_StaysWhereItIs()
    {
        Fleet.Decide(Fleet.Request(Fleet.Dynamic(), "a:9 b:9 c:9", 0, "a:0 b:0")).Show().Should().Be("a:0 b:0");
        Fleet.Decide(Fleet.Request(Fleet.Aggregated(), "a:9 b:9", 0)).Show().Should().Be("a:0 b:0");
        Fleet.Decide(Fleet.Request(Fleet.Dynamic(), "a:9 b:9", 0) with { Workloads = [] }).Clusters.Should().HaveCount(2);
    }

    [Fact]
    public void Uid_TurnsTheTiesRound()
    {
        var uid = Enumerable.Range(0, 99).Select(i => $"uid-{i}").First(Webster.TiesDescend);

        Fleet.Decide(Fleet.Request(Fleet.Dynamic(), "a:9 b:9", 1)).Show().Should().Be("a:1");
        Fleet.Decide(Fleet.Request(Fleet.Dynamic(), "a:9 b:9", 1) with { Uid = uid }).Show().Should().Be("b:1");
        Webster.TiesDescend("a").Should().BeFalse("FNV-1a of \"a\" is e40c292c");
        Webster.TiesDescend("").Should().BeTrue("of nothing it is 811c9dc5");
    }
}
