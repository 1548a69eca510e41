using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Nodes of the case's own, which others' pods do not bear, and what runs on them.</summary>
public abstract class OwnNodeCases(ConformanceServer server) : WorkloadCases(server)
{
    private readonly List<string> _nodes = [];

    /// <summary>The label and taint of this case's nodes.</summary>
    protected string Own { get; } = Unique("own");

    /// <summary>What puts a pod on these nodes and on no other.</summary>
    protected string OnOwn => $$"""
        "nodeSelector":{"own":"{{Own}}"},"tolerations":[{{OwnToleration}}]
        """;

    protected string OwnToleration => $$"""{"key":"{{Own}}","operator":"Exists"}""";

    protected async Task<string> NodeAsync(string cpu = "4", string pods = "10", string labels = "")
    {
        var name = Unique("node");
        _nodes.Add(name);
        await CreateAsync("/api/v1/nodes", $$"""
            {"metadata":{"name":"{{name}}","labels":{"own":"{{Own}}","kubernetes.io/hostname":"{{name}}"{{labels}} } },"spec":{"taints":[{"key":"{{Own}}","effect":"NoSchedule"}]} }
            """);
        var resources = $$"""{"cpu":"{{cpu}}","memory":"8Gi","pods":"{{pods}}"}""";
        (await PatchAsync($"/api/v1/nodes/{name}/status", $$"""{"status":{"capacity":{{resources}},"allocatable":{{resources}} } }""", "strategic")).Code.Should().Be(200);
        await ReportAsync(name, "True", "KubeletReady");
        await UntilAsync($"/api/v1/nodes/{name}", n => Taints(n).SequenceEqual([$"{Own} NoSchedule"]), "the node is ready");
        return name;
    }

    /// <summary>Says of a node what its kubelet would.</summary>
    protected async Task ReportAsync(string node, string ready, string reason) =>
        (await PatchAsync(
            $"/api/v1/nodes/{node}/status",
            $$"""{"status":{"conditions":[{"type":"Ready","status":"{{ready}}","reason":"{{reason}}","message":"said by the case"}]} }""",
            "strategic")).Code.Should().Be(200);

    protected static IReadOnlyList<string> Taints(JsonObject node) =>
        [.. (At(node, "spec", "taints") as JsonArray ?? []).Select(t => $"{(string?)t!["key"]} {(string?)t["effect"]}")];

    protected static string? Unscheduled(JsonObject pod) => Say(pod, "PodScheduled") is { } said && said.StartsWith("False", StringComparison.Ordinal) ? said : null;

    protected async Task RemoveNodesAsync()
    {
        foreach (var node in _nodes)
        {
            await DeleteAsync($"/api/v1/nodes/{node}");
        }
    }
}

/// <summary>Nodes that come, go, fall silent and return.</summary>
public abstract class NodeCases(ConformanceServer server) : OwnNodeCases(server)
{
    [Fact]
    public async Task Node_ThatIsNotReady_IsTaintedAndLosesItsPodsAfterTheirToleration()
    {
        var node = await NodeAsync();
        var patience = """{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":1}""";
        await WorkloadAsync("replicasets", "rs", "\"replicas\":1", Template("rs", spec: $$""" "nodeSelector":{"own":"{{Own}}"},"tolerations":[{{OwnToleration}},{{patience}}] """));
        var pod = (await UntilPodsAsync("rs", p => p.Count == 1 && IsReady(p[0])))[0];
        await ReportAsync(node, "False", "KubeletNotReady");

        var tainted = await UntilAsync($"/api/v1/nodes/{node}", n => Taints(n).Count == 3);
        Taints(tainted.Json).Should().BeEquivalentTo($"{Own} NoSchedule", "node.kubernetes.io/not-ready NoSchedule", "node.kubernetes.io/not-ready NoExecute");
        tainted.Json["spec"]!["taints"]!.AsArray().Where(t => (string?)t!["key"] != Own).Should().OnlyContain(t => t!["timeAdded"] != null);
        (await EventAsync("Pod", NameOf(pod), "TaintManagerEviction")).Should().Be($"Normal Marking for deletion Pod {Namespace}/{NameOf(pod)}");
        await UntilGoneAsync(In($"pods/{NameOf(pod)}"));
        var next = await UntilPodsAsync("rs", p => p.Count == 1 && Unscheduled(p[0]) is not null);
        Unscheduled(next[0]).Should().Contain("{node.kubernetes.io/not-ready: }");

        await ReportAsync(node, "True", "KubeletReady");
        await UntilAsync($"/api/v1/nodes/{node}", n => Taints(n).Count == 1);
        await UntilPodsAsync("rs", p => p.Count == 1 && IsReady(p[0]), "the node takes pods again");
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Node_Cordoned_IsTaintedAndTakesNoPod()
    {
        var node = await NodeAsync();
        await ChangeAsync($"/api/v1/nodes/{node}", """{"spec":{"unschedulable":true}}""");
        await UntilAsync($"/api/v1/nodes/{node}", n => Taints(n).Contains("node.kubernetes.io/unschedulable NoSchedule"));
        await PodAsync("a", OnOwn);
        var pod = await UntilAsync(In("pods/a"), p => Unscheduled(p) is not null);
        Unscheduled(pod.Json).Should().Contain("1 node(s) were unschedulable");

        await ChangeAsync($"/api/v1/nodes/{node}", """{"spec":{"unschedulable":null}}""");

        await UntilAsync(In("pods/a"), IsReady);
        (await GetAsync($"/api/v1/nodes/{node}")).Json["spec"]!["taints"]!.AsArray().Should().ContainSingle();
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task Node_WithANewNoExecuteTaint_LosesThePodsThatDoNotBearIt()
    {
        var node = await NodeAsync();
        await PodAsync("a", OnOwn);
        await PodAsync("b", $$""" "nodeSelector":{"own":"{{Own}}"},"tolerations":[{{OwnToleration}},{"key":"gone","operator":"Exists"}] """);
        await UntilAsync(In("pods/a"), IsReady);
        await UntilAsync(In("pods/b"), IsReady);
        await ChangeAsync($"/api/v1/nodes/{node}", $$"""{"spec":{"taints":[{"key":"{{Own}}","effect":"NoSchedule"},{"key":"gone","effect":"NoExecute"}]} }""");

        await UntilGoneAsync(In("pods/a"));

        (await GetAsync(In("pods/b"))).Metadata["deletionTimestamp"].Should().BeNull();
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task DaemonSet_OnNodesThatComeAndGo_RunsOnEachThatItMay()
    {
        var first = await NodeAsync();
        await WorkloadAsync("daemonsets", "agent", "", Template("agent", spec: OnOwn));
        await UntilPodsAsync("agent", p => p.Count == 1 && IsReady(p[0]));
        var second = await NodeAsync();
        var pods = await UntilPodsAsync("agent", p => p.Count == 2 && p.All(IsReady));
        pods.Select(p => Text(p, "spec", "nodeName")).Should().BeEquivalentTo(first, second);
        var set = await UntilAsync(In("apps/v1", "daemonsets/agent"), s => Number(s, "status", "numberAvailable") == 2);
        (Number(set.Json, "status", "desiredNumberScheduled"), Number(set.Json, "status", "currentNumberScheduled"), Number(set.Json, "status", "numberMisscheduled"))
            .Should().Be((2L, 2L, 0L));
        pods[0]["spec"]!["tolerations"]!.AsArray().Select(t => $"{(string?)t!["key"]} {(string?)t["effect"]}").Should().Contain(
            ["node.kubernetes.io/not-ready NoExecute", "node.kubernetes.io/unreachable NoExecute", "node.kubernetes.io/unschedulable NoSchedule"]);

        await ChangeAsync($"/api/v1/nodes/{second}", """{"metadata":{"labels":{"own":"another"}}}""");

        (await UntilPodsAsync("agent", p => p.Count == 1)).Select(p => Text(p, "spec", "nodeName")).Should().Equal(first);
        (await EventAsync("DaemonSet", "agent", "SuccessfulDelete")).Should().MatchRegex("^Normal Deleted pod: agent-[a-z0-9]{5}$");
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task DaemonSet_WithANewTemplate_ReplacesOnePodAfterTheOther()
    {
        await NodeAsync();
        await NodeAsync();
        await WorkloadAsync("daemonsets", "agent", "", Template("agent", spec: OnOwn));
        var before = await UntilPodsAsync("agent", p => p.Count == 2 && p.All(IsReady));
        await UntilAsync(In("apps/v1", "daemonsets/agent"), s => Number(s, "status", "numberAvailable") == 2);
        await SetImageAsync("daemonsets", "agent", "app:unready");
        await UntilPodsAsync("agent", p => p.Count == 2 && p.Any(x => ImageOf(x) == "app:unready" && Text(x, "status", "phase") == "Running"));
        var set = await UntilAsync(In("apps/v1", "daemonsets/agent"), s => Number(s, "status", "updatedNumberScheduled") == 1 && Number(s, "status", "numberAvailable") == 1);
        Number(set.Json, "status", "numberUnavailable").Should().Be(1);
        (await PodsAsync("agent")).Select(ImageOf).Should().BeEquivalentTo("app:1", "app:unready");

        await SetImageAsync("daemonsets", "agent", "app:2");
        var after = await UntilPodsAsync("agent", p => p.Count == 2 && p.All(x => IsReady(x) && ImageOf(x) == "app:2"));

        var revisions = (await GetAsync(In("apps/v1", "controllerrevisions"))).Items().OrderBy(r => (long)r["revision"]!).ToList();
        revisions.Should().HaveCount(3);
        after.Should().OnlyContain(p => Label(p, "controller-revision-hash") == Label(revisions[2], "controller-revision-hash"));
        "agent-" .Should().Be(NameOf(revisions[2])[..6]);
        Label(before[0], "controller-revision-hash").Should().Be(NameOf(revisions[0])[6..]);
        await RemoveNodesAsync();
    }

    [Fact]
    public async Task DaemonSet_OfTypeOnDelete_ReplacesAPodWhenItIsDeleted()
    {
        await NodeAsync();
        await WorkloadAsync("daemonsets", "agent", "\"updateStrategy\":{\"type\":\"OnDelete\"}", Template("agent", spec: OnOwn));
        var pod = (await UntilPodsAsync("agent", p => p.Count == 1 && IsReady(p[0])))[0];
        await SetImageAsync("daemonsets", "agent", "app:2");
        await UntilAsync(In("apps/v1", "daemonsets/agent"), s => Number(s, "status", "observedGeneration") == 2 && At(s, "status", "updatedNumberScheduled") is null);
        (await PodsAsync("agent")).Select(ImageOf).Should().Equal("app:1");
        await DeleteAsync(In($"pods/{NameOf(pod)}"));

        (await UntilPodsAsync("agent", p => p.Count == 1 && IsReady(p[0]) && NameOf(p[0]) != NameOf(pod))).Select(ImageOf).Should().Equal("app:2");
        await RemoveNodesAsync();
    }
}

public sealed class SimulatedNodes(SimulatedServer server) : NodeCases(server);

public sealed class RealNodes(RealServer server) : NodeCases(server);

/// <summary>A node whose kubelet is not heard of any more: it takes as long as the control plane waits.</summary>
public abstract class SilentNodeCases(ConformanceServer server) : OwnNodeCases(server)
{
    [Fact]
    public async Task Node_NotHeardOf_IsUnknownUnreachableAndItsPodsAreUnready()
    {
        var node = await NodeAsync();
        await PodAsync("a", OnOwn);
        await UntilAsync(In("pods/a"), IsReady);

        var lost = await UntilInTheEndAsync(
            "/api/v1/nodes", node, n => Say(n, "Ready")?.StartsWith("Unknown", StringComparison.Ordinal) == true && Taints(n).Count == 3);

        Say(lost, "Ready").Should().Be("Unknown NodeStatusUnknown: Kubelet stopped posting node status.");
        Say(lost, "MemoryPressure").Should().Be("Unknown NodeStatusNeverUpdated: Kubelet never posted node status.");
        Taints(lost).Should().BeEquivalentTo($"{Own} NoSchedule", "node.kubernetes.io/unreachable NoSchedule", "node.kubernetes.io/unreachable NoExecute");
        (await EventAsync("Pod", "a", "NodeNotReady")).Should().Be("Warning Node is not ready");
        var pod = await UntilAsync(In("pods/a"), p => !IsReady(p));
        Text(pod.Json, "status", "phase").Should().Be("Running");
        Say(pod.Json, "ContainersReady").Should().StartWith("True", "nobody knows better");
        await RemoveNodesAsync();
    }
}

public sealed class SimulatedSilentNode(SimulatedServer server) : SilentNodeCases(server);

public sealed class RealSilentNode(RealServer server) : SilentNodeCases(server);
