using CsCheck;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Tests.Placement.Capacity;

public sealed class CapacityBookTests
{
    private const string Gpu = "nvidia.com/gpu";

    private static readonly Gen<PodRequest> GenPod = Gen.Select(Gen.Long[0, 900], Gen.Long[0, 700], Gen.Long[0, 2])
        .Select((cpu, memory, gpus) => new PodRequest(new NodeAmounts(cpu, memory, gpus == 0 ? null : new Dictionary<string, long> { [Gpu] = gpus })));

    private static readonly Gen<NodeFacts[]> GenNodes = Gen.Select(Gen.Long[0, 4000], Gen.Long[0, 4000], Gen.Int[0, 12], Gen.Long[0, 4], Gen.Bool)
        .Select((cpu, memory, pods, gpus, cordoned) => new NodeFacts("", new NodeAmounts(cpu, memory, new Dictionary<string, long> { [Gpu] = gpus }), pods, new NodeAmounts(100, 50), 1, cordoned))
        .Array[0, 5].Select(nodes => nodes.Select((n, i) => n with { Name = $"n{i}" }).ToArray());

    [Fact]
    public void Free_SeveralNodes_SumsTheFloorOfEach()
    {
        // 1.5 cores and 1.5 cores are 2 pods of a core, not 3.
        Free([Fleet.Node("a", 2, usedMilli: 500), Fleet.Node("b", 2, usedMilli: 500)], Fleet.Core).Should().Be(2);
        Free([Fleet.Node("a", 8, pods: 3)], Fleet.Core).Should().Be(3);
        Free([Fleet.Node("a", 8) with { IsUnschedulable = true }], Fleet.Core).Should().Be(0);
        Free([Fleet.Node("a", 1, usedMilli: 5000)], Fleet.Core).Should().Be(0, "a node that is overcommitted has nothing, and takes nothing from the others");
    }

    [Theory]
    [InlineData("ssd", null, null, 4)]
    [InlineData("hdd", null, null, 0)]
    [InlineData(null, "In", "ssd,nvme", 4)]
    [InlineData(null, "NotIn", "ssd", 0)]
    [InlineData(null, "Exists", null, 4)]
    [InlineData(null, "DoesNotExist", null, 0)]
    public void Free_NodeSelectorAndAffinity_LeaveNodesOut(string? disk, string? op, string? values, int expected)
    {
        var request = new PodRequest(
            Fleet.Core.Amounts, disk is null ? null : new Dictionary<string, string> { ["disk"] = disk }, null,
            op is null ? null : [[new LabelRequirement("disk", op, values?.Split(','))]]);

        Free([Fleet.Node("a", 4) with { Labels = new Dictionary<string, string> { ["disk"] = "ssd" } }], request).Should().Be(expected);
    }

    [Theory]
    [InlineData("Gt", "3", 4)]
    [InlineData("Gt", "4", 0)]
    [InlineData("Lt", "5", 4)]
    [InlineData("Lt", "x", 0)]
    public void Free_NodeAffinityByNumber_Compares(string op, string value, int expected) => Free(
        [Fleet.Node("a", 4) with { Labels = new Dictionary<string, string> { ["gen"] = "4" } }],
        new PodRequest(Fleet.Core.Amounts, nodeTerms: [[new LabelRequirement("gen", op, [value])]])).Should().Be(expected);

    [Theory]
    [InlineData("NoSchedule", false, 0)]
    [InlineData("NoExecute", false, 0)]
    [InlineData("PreferNoSchedule", false, 4)]
    [InlineData("NoSchedule", true, 4)]
    public void Free_TaintedNode_NeedsAToleration(string effect, bool tolerated, int expected) => Free(
        [Fleet.Node("a", 4) with { Taints = [new Taint("k", Enum.Parse<TaintEffect>(effect))] }],
        new PodRequest(Fleet.Core.Amounts, null, tolerated ? [new Toleration("k", TolerationOperator.Exists)] : null)).Should().Be(expected);

    [Fact]
    public void Free_UnknownCluster_IsUnknown() => Fleet.Book("a:1").Free("b", Fleet.Core).Should().BeNull();

    [Fact]
    public void Assume_AndRelease_GiveBackExactlyWhatWasThere() => Gen.Select(GenNodes, GenPod, GenPod, Gen.Int[0, 20]).Sample((nodes, one, other, pods) =>
    {
        var book = Book(nodes);
        var (before, otherBefore) = (book.Free("c", one), book.Free("c", other));
        var assumption = book.Assume([new CapacityNeed("c", "w", one, pods)]);
        var fits = assumption is not null;
        var less = book.Free("c", one);
        if (fits)
        {
            book.Release(assumption!);
            book.Release(assumption!);
        }

        return fits == (pods <= before) && less == (fits ? before - pods : before) && book.Free("c", one) == before && book.Free("c", other) == otherBefore;
    });

    [Fact]
    public void Assume_AnotherShape_NeverHasMoreRoomThanBefore() => Gen.Select(GenNodes, GenPod, GenPod, Gen.Int[0, 9]).Sample((nodes, one, other, pods) =>
    {
        var book = Book(nodes);
        var before = book.Free("c", other);
        book.Assume([new CapacityNeed("c", "w", one, pods)]);
        return book.Free("c", other) <= before;
    });

    [Fact]
    public void Assume_WhatDoesNotFitInTheLast_TakesNothingInTheFirst()
    {
        var book = Fleet.Book("a:5 b:1");

        book.Assume([new CapacityNeed("a", "w", Fleet.Core, 3), new CapacityNeed("b", "w", Fleet.Core, 2)]).Should().BeNull();
        book.Free("a", Fleet.Core).Should().Be(5);
    }

    [Fact]
    public void Refresh_NodesReadAnew_KeepsWhatIsAssumed()
    {
        var book = Fleet.Book("a:5");
        var assumption = book.Assume([new CapacityNeed("a", "w", Fleet.Core, 3)])!;

        book.Refresh("a", [Fleet.Node("n", 8)]);
        book.Free("a", Fleet.Core).Should().Be(5);
        book.Refresh("a", [Fleet.Node("n", 2)]);
        book.Free("a", Fleet.Core).Should().Be(0);
        book.Release(assumption);
        book.Free("a", Fleet.Core).Should().Be(2);
        book.Refresh("a", null);
        book.Free("a", Fleet.Core).Should().BeNull();
    }

    [Fact]
    public void Free_OrderOfNodes_DoesNotCount() => Gen.Select(GenNodes, GenPod, GenPod, Gen.Int[0, 6]).Sample((nodes, one, other, pods) =>
    {
        var (book, reversed) = (Book(nodes), Book(nodes.Reverse().ToArray()));
        book.Assume([new CapacityNeed("c", "w", one, pods)]);
        reversed.Assume([new CapacityNeed("c", "w", one, pods)]);
        return book.Free("c", other) == reversed.Free("c", other);
    });

    private static int Free(NodeFacts[] nodes, PodRequest request) => Book(nodes).Free("c", request)!.Value;

    private static CapacityBook Book(NodeFacts[] nodes) => new([KeyValuePair.Create("c", (IReadOnlyList<NodeFacts>)nodes)]);
}
