using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Tests.Controllers;

namespace Kairship.Simulator.Tests.Nodes;

public sealed class NodeLifecycleTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Node_WhoseKubeletStops_IsUnknownAfterItsGraceAndItsPodsGoElsewhereAfterFiveMinutes()
    {
        _lab.Deployment("web", 3);
        _lab.Advance(3);
        _lab.Faults.StopNode("node-1");
        _lab.Advance(39, step: 1);
        Ready("node-1").Should().Be("True", "its silence may be a hiccup");
        _lab.Advance(2, step: 1);

        Ready("node-1").Should().Be("Unknown");
        Taints("node-1").Should().Equal("node.kubernetes.io/unreachable NoSchedule", "node.kubernetes.io/unreachable NoExecute");
        _lab.Status("deployments", "web", "availableReplicas").Should().Be(2);
        _lab.Advance(295, step: 5);
        _lab.ActivePods().Select(p => JsonTree.Text(p.Spec("nodeName"))).Should().Contain("node-1", "five minutes are borne");
        _lab.Advance(15, step: 1);

        _lab.Status("deployments", "web", "availableReplicas").Should().Be(3);
        _lab.List("pods").Should().ContainSingle(p => p.IsDeleting(), "nobody ends the pod of a dead node");
        _lab.Faults.StartNode("node-1");
        _lab.Advance(2);
        Ready("node-1").Should().Be("True");
        Taints("node-1").Should().BeEmpty();
        _lab.List("pods").Should().HaveCount(3).And.OnlyContain(p => Pods.IsReady(p));
    }

    [Fact]
    public void Node_BackBeforeThePatienceEnds_KeepsItsPodsAndTheyAreReadyAgain()
    {
        _lab.Deployment("web", 3);
        _lab.Advance(3);
        var before = _lab.ActivePods().Select(p => p.UidOf()).ToList();
        _lab.Faults.StopNode("node-1");
        _lab.Advance(60, step: 1);
        _lab.Faults.StartNode("node-1");
        _lab.Advance(400, step: 5);

        _lab.ActivePods().Select(p => p.UidOf()).Should().BeEquivalentTo(before);
        _lab.Status("deployments", "web", "availableReplicas").Should().Be(3);
        _lab.List("events").Should().Contain(e => JsonTree.Text(e["message"])!.StartsWith("Cancelling deletion of Pod default/web-", StringComparison.Ordinal));
    }

    [Fact]
    public void Nodes_OfAQuietCluster_WriteNothing()
    {
        using var lab = new ControlLab(nodes: 100);
        lab.Deployment("web", 20);
        lab.Advance(5);
        var revision = lab.Store.Revision;

        lab.Advance(3000, step: 100);

        lab.Store.Revision.Should().Be(revision);
        lab.Plane.Drain().Should().Be(0);
    }

    [Fact]
    public void ForeignNode_KeptAliveByItsLease_StaysReady()
    {
        var node = NodeFactory.Node(new() { Name = "foreign" }, 0, _lab.Clock);
        node["spec"] = new JsonObject();
        _lab.Put("nodes", null, "foreign-0", node);
        _lab.Put("leases", "kube-node-lease", "foreign-0", new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = _lab.Clock.Stamp() } });
        for (var i = 0; i < 6; i++)
        {
            _lab.Advance(20, step: 5);
            _lab.Edit("leases", "foreign-0", l => l["spec"]!["renewTime"] = _lab.Clock.Stamp(), "kube-node-lease");
        }

        Ready("foreign-0").Should().Be("True");
        _lab.Advance(41, step: 1);
        Ready("foreign-0").Should().Be("Unknown");
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("""[{"key":"a","operator":"Exists"}]""", -1)]
    [InlineData("""[{"key":"a","operator":"Exists","tolerationSeconds":9}]""", 9)]
    [InlineData("""[{"key":"a","operator":"Exists","tolerationSeconds":9},{"operator":"Exists","effect":"NoExecute","tolerationSeconds":4}]""", 4)]
    [InlineData("""[{"key":"a","value":"other"}]""", null)]
    [InlineData("""[{"key":"a","operator":"Exists","effect":"NoSchedule"}]""", null)]
    public void Patience_WithATaint_IsTheLeastOfWhatBearsIt(string tolerations, int? seconds)
    {
        var pod = new JsonObject { ["spec"] = new JsonObject { ["tolerations"] = JsonNode.Parse(tolerations) } };
        var taint = new JsonObject { ["key"] = "a", ["value"] = "b", ["effect"] = "NoExecute" };

        Tolerations.Patience(pod, [taint]).Should().Be(seconds switch { null => TimeSpan.Zero, -1 => null, _ => TimeSpan.FromSeconds(seconds.Value) });
    }

    private string? Ready(string node) => JsonTree.Text(_lab.Get("nodes", node, null)!.Condition("Ready")!["status"]);

    private IEnumerable<string> Taints(string node) =>
        _lab.Get("nodes", node, null)!.Spec("taints").Items().Select(t => $"{JsonTree.Text(t["key"])} {JsonTree.Text(t["effect"])}");
}
