using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Metrics;
using Kairship.Fleet.Metrics.Pods;
using Kairship.Fleet.Resources;
using Kairship.Simulator;

namespace Kairship.Fleet.Tests.Metrics;

public sealed class MetricReaderTests
{
    private static readonly ObjectRef Web = new("apps/v1", "Deployment", "default", "web");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MetricsApi_IsSummedOverClusters_AndWhoIsNotMeasuredIsMissing()
    {
        await using var east = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east" });
        await using var west = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "west" });
        await using var fleet = new FleetUnderTest();
        foreach (var (cluster, replicas) in new[] { (east, 2), (west, 3) })
        {
            var connection = await fleet.JoinAsync(cluster.Name, cluster.Kubeconfig);
            await RunAsync(connection, replicas);
        }

        await ServeMetricsAsync(await fleet.Connections.GetAsync("east", Token), measured: 2, cpu: "150m");
        var workload = new MeasuredWorkload(Web, new Dictionary<string, int> { ["east"] = 2, ["west"] = 3, ["gone"] = 1 });

        var readings = await fleet.Metrics.ReadAsync([Cpu(MetricTarget.Utilization), Cpu(MetricTarget.AverageValue)], workload, Token);

        readings.Should().Equal(
            new MetricReading("cpu", 75m) { Pods = 2, Missing = 4 }, new MetricReading("cpu", 0.3m) { Pods = 2, Missing = 4 });
        (await fleet.Metrics.ReadAsync([Cpu(MetricTarget.Utilization)], new MeasuredWorkload(Web, new Dictionary<string, int> { ["west"] = 3 }), Token))
            .Single().Should().Match<MetricReading>(r => r.Value == null && r.Missing == 3 && r.Error!.Contains("west: it has no metrics API"));
    }

    [Fact]
    public async Task Sight_TellsWhatIsReady_AndWhoseAutoscalerWouldFight()
    {
        await using var east = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east" });
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("east", east.Kubeconfig);
        await RunAsync(connection, 2);
        var workload = new MeasuredWorkload(Web, new Dictionary<string, int> { ["east"] = 2, ["gone"] = 1 });

        (await fleet.Metrics.SeeAsync(workload, Token)).Should().Equal(
            new WorkloadSight("east", 2, false), new WorkloadSight("gone", null, false, "it is no member any more"));

        await connection.Resources.ApplyAsync(
            ManifestParser.Parse("""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: web, namespace: default}
                spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
                """).Single(), new ApplyOptions(), Token);
        (await fleet.Metrics.SeeAsync(workload, Token))[0].IsAutoscaled.Should().BeTrue();
    }

    [Fact]
    public void Match_CountsWhoCannotBeMeasured_AndNotWhoIsGone()
    {
        var pods = new[]
        {
            Pod("a", true, "100m"), Pod("b", true, null), Pod("starting", false, "100m"), Pod("unmeasured", true, "100m"),
            Pod("ended", false, "100m", p => p["status"]!["phase"] = "Succeeded"), Pod("going", true, "100m", p => p["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z"),
        };
        var metrics = new[] { Use("a", "50m", "25m"), Use("b", "10m"), Use("starting", "900m"), Use("going", "900m") };

        PodUseReader.Match("east", pods, metrics, "cpu").Should().Be(new PodUse("east", 0.085m, null, 2, 2));
        PodUse.Sum(Cpu(MetricTarget.Utilization), [PodUseReader.Match("east", pods, metrics, "cpu")]).Error.Should().Contain("requests no cpu");
    }

    private static ScalingMetric Cpu(MetricTarget type) => new("cpu", MetricProvider.Resource, "60", type, Resource: "cpu");

    private static JsonObject Pod(string name, bool ready, string? cpu, Action<JsonNode>? change = null)
    {
        var pod = JsonNode.Parse($$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{{ready}}}"}]}}""")!.AsObject();
        if (cpu is not null)
        {
            pod["spec"]!["containers"]![0]!["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = cpu } };
        }

        change?.Invoke(pod);
        return pod;
    }

    private static JsonObject Use(string name, params string[] cpu) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["containers"] = new JsonArray([.. cpu.Select(c => (JsonNode)new JsonObject { ["usage"] = new JsonObject { ["cpu"] = c } })]),
    };

    private static async Task RunAsync(ClusterConnection connection, int replicas)
    {
        var manifest = ManifestParser.Parse("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec:
              replicas: COUNT
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: "web:1", resources: {requests: {cpu: 200m}}}]}
            """.Replace("COUNT", $"{replicas}", StringComparison.Ordinal)).Single();
        await connection.Resources.ApplyAsync(manifest, new ApplyOptions(), Token);
        await FleetUnderTest.ValueAsync(
            async () => (await connection.Resources.GetAsync(Web, Token))!, d => (int?)d["status"]?["readyReplicas"] == replicas, $"{replicas} ready pods");
    }

    /// <summary>What metrics-server serves, as objects of a kind that the cluster is given.</summary>
    private static async Task ServeMetricsAsync(ClusterConnection connection, int measured, string cpu)
    {
        var kind = ManifestParser.Parse("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: pods.metrics.k8s.io, annotations: {api-approved.kubernetes.io: "https://github.com/kubernetes/kubernetes/pull/1"}}
            spec:
              group: metrics.k8s.io
              scope: Namespaced
              names: {plural: pods, singular: pod, kind: PodMetrics, listKind: PodMetricsList}
              versions: [{name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
            """).Single();
        await connection.Resources.ApplyAsync(kind, new ApplyOptions(), Token);
        await FleetUnderTest.UntilAsync(async () => await connection.Discovery.FindAsync("metrics.k8s.io/v1beta1", "PodMetrics", Token) is not null, "the metrics API");
        var pods = await connection.Resources.ListAsync("v1", "Pod", "default", "app=web", Token);
        foreach (var pod in pods.Items.Take(measured))
        {
            var metrics = new JsonObject
            {
                ["apiVersion"] = "metrics.k8s.io/v1beta1", ["kind"] = "PodMetrics",
                ["metadata"] = new JsonObject { ["name"] = pod["metadata"]!["name"]!.ToString(), ["namespace"] = "default", ["labels"] = new JsonObject { ["app"] = "web" } },
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "web", ["usage"] = new JsonObject { ["cpu"] = cpu, ["memory"] = "10Mi" } }),
            };
            await connection.Resources.ApplyAsync(Manifest.From(metrics), new ApplyOptions(), Token);
        }
    }
}
