using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Tests.Controllers;

namespace Kairship.Simulator.Tests.Nodes;

public sealed class SchedulerTests
{
    private const string Unhelpful = " no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";

    [Fact]
    public void Pods_BeyondTheCapacity_StayPendingWithTheSchedulersWordsUntilThereIsRoom()
    {
        using var lab = new ControlLab(nodes: 3, cpu: "250m");
        lab.Deployment("web", 7);
        lab.Advance(3);
        var pending = lab.ActivePods().Where(p => Pods.Phase(p) == "Pending").Should().ContainSingle().Which;
        var scheduled = pending.Condition("PodScheduled")!;
        JsonTree.Text(scheduled["reason"]).Should().Be("Unschedulable");
        JsonTree.Text(scheduled["message"]).Should().Be(
            "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.");
        lab.List("events").Should().Contain(e => JsonTree.Text(e["reason"]) == "FailedScheduling");

        lab.Put("nodes", null, "late", NodeFactory.Node(new() { Name = "late" }, 0, lab.Clock));
        lab.Advance(2);

        lab.ActivePods().Should().HaveCount(7).And.OnlyContain(p => Pods.IsReady(p));
    }

    [Theory]
    [InlineData("\"nodeSelector\":{\"disk\":\"ssd\"}", "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector." + Unhelpful)]
    [InlineData("\"nodeSelector\":{\"kubernetes.io/hostname\":\"node-1\"}", null)]
    [InlineData("\"resources\":{}", "0/2 nodes are available: 1 node(s) had untolerated taint {gpu: x}, 1 node(s) were unschedulable." + Unhelpful)]
    [InlineData("\"tolerations\":[{\"key\":\"gpu\",\"operator\":\"Exists\"}]", null)]
    public void Pod_WithConstraints_GoesWhereItMay(string constraint, string? refusal)
    {
        using var lab = new ControlLab(nodes: 2);
        if (!constraint.StartsWith("\"nodeSelector", StringComparison.Ordinal))
        {
            lab.Edit("nodes", "node-0", n => n["spec"]!["unschedulable"] = true, ns: null);
            lab.Edit("nodes", "node-1", n => n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "gpu", ["value"] = "x", ["effect"] = "NoSchedule" }), ns: null);
        }

        lab.Json("pods", $$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"one","namespace":"default"},"spec":{ {{constraint}},"containers":[{"name":"a","image":"a"}]} }
            """);
        lab.Advance(2);

        var pod = lab.Get("pods", "one")!;
        (JsonTree.Text(pod.Spec("nodeName")) ?? JsonTree.Text(pod.Condition("PodScheduled")!["message"])).Should().Be(refusal ?? "node-1");
    }

    [Fact]
    public void Nodes_ToldToBeFull_TakeNothingUntilHealed()
    {
        using var lab = new ControlLab();
        lab.Faults.NodesFull = true;
        lab.Deployment("web", 1);
        lab.Advance(2);
        lab.ActivePods().Should().OnlyContain(p => Pods.Phase(p) == "Pending");

        lab.Faults.Heal();
        lab.Advance(2);

        lab.Status("deployments", "web", "availableReplicas").Should().Be(1);
    }

    [Fact]
    public void Node_Deleted_LosesItsPodsToTheOthers()
    {
        using var lab = new ControlLab();
        lab.Deployment("web", 6);
        lab.Advance(2);

        lab.Store.Delete(ControlLab.Key("nodes", "node-1", null));
        lab.Advance(3);

        lab.Status("deployments", "web", "availableReplicas").Should().Be(6);
        lab.ActivePods().Select(p => JsonTree.Text(p.Spec("nodeName"))).Should().NotContain("node-1");
    }

    [Theory]
    [InlineData("100m", 100)]
    [InlineData("2", 2000)]
    [InlineData("0.5", 500)]
    [InlineData("64Mi", 67_108_864_000)]
    [InlineData("1e3", 1_000_000)]
    [InlineData("1k", 1_000_000)]
    [InlineData("100u", 1)]
    [InlineData("much", 0)]
    public void Quantity_AsText_IsReadInThousandths(string text, long milli) => Quantity.Milli(text).Should().Be(milli);
}
