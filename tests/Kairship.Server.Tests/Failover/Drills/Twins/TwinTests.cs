using System.Text.Json.Nodes;
using Kairship.Api.Clusters;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Capacity;
using Kairship.Server.Failover.Drills.Twins;
using Kairship.Simulator;
using Kairship.Simulator.Objects;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover.Drills.Twins;

/// <summary>A twin has the room that its cluster has, and none of its secrets.</summary>
public sealed class TwinTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twins_HaveTheNodesTheRoomAndTheApplications_OfTheirClusters()
    {
        await using var stage = await FailoverStage.StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"]);
        var store = stage.Fleet["east"].Store;
        store.Update(new ObjectKey("", "nodes", null, "east-0"), n => Changed(n, s => s["taints"] = new JsonArray(new JsonObject { ["key"] = "gpu", ["value"] = "yes", ["effect"] = "NoSchedule" })));
        store.Update(new ObjectKey("", "nodes", null, "east-1"), n => Changed(n, s => s["unschedulable"] = true));
        store.Create(new ObjectKey("", "pods", "kube-system", "others"), Pod("east-2", "1500m", "3Gi"));
        store.Create(new ObjectKey("", "pods", "kube-system", "more"), Pod("east-2", "250m", "1Gi"));
        await stage.Admin.ChangeTaintsAsync("west", new ChangeTaintsRequest([new TaintToSet("disks", "PreferNoSchedule", "old")], []), Token);

        var copy = await stage.Server.Services.GetRequiredService<FleetReader>().ReadAsync(Token);
        await using var twins = await TwinFleet.StartAsync(copy.Clusters, Token);
        await using var other = new RunningServer();
        await other.InitializeAsync();
        foreach (var twin in twins.Clusters)
        {
            await other.Admin.JoinClusterAsync(new JoinClusterRequest(twin.Name, twin.Kubeconfig));
        }

        copy.Notes.Should().BeEmpty();
        copy.Applications.Should().ContainSingle().Which.Plan.Targets.Select(t => (t.Cluster, t.Replicas["Deployment/web"])).Should().Equal(("east", 3), ("west", 3));
        copy.Find("west")!.Taints.Should().ContainSingle().Which.Should().Match<Taint>(t => t.Key == "disks" && t.Effect == TaintEffect.PreferNoSchedule);
        foreach (var cluster in new[] { "east", "west" })
        {
            // Its own applications come to a twin by themselves: what is used before is what others use.
            var real = await stage.Server.Services.GetRequiredService<NodeCensus>().ReadAsync(cluster, new HashSet<string> { "shop/Deployment/web" }, Token);
            (await ReadAsync(other, cluster)).Should().Equal(real.Select(Shown));
        }

        Shown(copy.Find("east")!.Nodes[2]).Should().Contain("cpu 6250m of 8000m").And.Contain("pods 108 free");
    }

    [Fact]
    public void Application_InATwin_HasNoSecret_AndAsksNobody()
    {
        var spec = new Application
        {
            Name = "shop", Namespace = "shop",
            Failover = new FailoverPolicy { Approval = FailoverApproval.Always, Stateful = new StatefulPolicy { Fencing = FencingMode.Hook, Hook = new FenceHook("https://fence.example/off", "key") } },
            Overrides =
            [
                Rule([new PatchOverrider("/data/password", OverrideOperator.Replace, "aHVudGVyMg=="), new PatchOverrider("/stringData", OverrideOperator.Add, new JsonObject { ["password"] = "hunter2" })], null),
                Rule([new PatchOverrider("/data/password", OverrideOperator.Replace, "aHVudGVyMg==")], "Secret"),
                Rule([new PatchOverrider("/spec/replicas", OverrideOperator.Replace, 3)], "Deployment"),
            ],
        };
        var manifests = ManifestParser.Parse("""
            apiVersion: v1
            kind: Secret
            metadata: {name: password, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"hunter2"}}'}}
            data: {password: aHVudGVyMg==}
            stringData: {other: hunter2}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {colour: blue}
            """);

        var twin = TwinSpecs.Of(new ApplicationCopy(spec, spec, "v1", manifests, new Plan("shop", "v1", null, [], [], ""), new Dictionary<string, int>()));

        var all = ManifestParser.ToJsonArray(twin.Manifests) + ApplicationYaml.Write(twin.Spec) + ApplicationYaml.Write(twin.Released);
        all.Should().NotContain("hunter2").And.NotContain("aHVudGVyMg").And.NotContain("fence.example").And.Contain("blue");
        twin.Manifests[0].Json["data"]!["password"]!.GetValue<string>().Should().Be(TwinSpecs.SecretValue, "its keys stay: what looks for them finds them");
        twin.Spec.Overrides.Should().HaveCount(2, "what is about Secrets alone says nothing there");
        twin.Spec.Failover.Approval.Should().Be(FailoverApproval.None);
        twin.Differences.Should().Contain(d => d.Contains("asks people")).And.Contain(d => d.Contains("its fence hook is asked"));
    }

    private static OverrideRule Rule(IReadOnlyList<PatchOverrider> patches, string? kind) =>
        new(new ClusterAffinity(), []) { PlaintextOverriders = patches, ResourceSelectors = kind is null ? [] : [new ObjectSelector(kind == "Secret" ? "v1" : "apps/v1", kind)] };

    private static async Task<IEnumerable<string>> ReadAsync(RunningServer server, string cluster)
    {
        IReadOnlyList<NodeFacts> nodes = [];
        await Eventually.HoldsAsync(
            async () => (nodes = await server.Services.GetRequiredService<NodeCensus>().ReadAsync(cluster, new HashSet<string>(), Token)).Count > 0, "the twin has nodes");
        return nodes.Select(Shown);
    }

    private static string Shown(NodeFacts node) =>
        $"{node.Name}: cpu {node.Allocatable.CpuMilli - node.Requested.CpuMilli}m of {node.Allocatable.CpuMilli}m, memory {node.Allocatable.MemoryBytes - node.Requested.MemoryBytes} of {node.Allocatable.MemoryBytes}, "
        + $"pods {node.Pods - node.PodsThere} free, cordoned {node.IsUnschedulable}, {string.Join(' ', node.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))}, "
        + string.Join(' ', node.Taints.Select(t => $"{t.Key}={t.Value}:{t.Effect}"));

    private static JsonObject Changed(JsonObject node, Action<JsonObject> change)
    {
        change((JsonObject)node["spec"]!);
        return node;
    }

    private static JsonObject Pod(string node, string cpu, string memory) => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = new JsonObject(),
        ["spec"] = new JsonObject
        {
            ["nodeName"] = node, ["restartPolicy"] = "Always",
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i", ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory } } }),
        },
    };
}
