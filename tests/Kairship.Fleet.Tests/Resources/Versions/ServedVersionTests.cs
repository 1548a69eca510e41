using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Resources;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.Versions;

/// <summary>Each cluster gets a kind in the version that it serves.</summary>
public abstract class ServedVersionTests
{
    protected ServedVersionTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        Cluster = cluster;
    }

    protected ClusterUnderTest Cluster { get; }

    [Theory]
    [InlineData("policy/v1")]
    [InlineData("policy/v1beta1")]
    public async Task Budget_InEitherVersion_IsPlannedAppliedReadAndPruned(string apiVersion)
    {
        var ns = await Cluster.NamespaceAsync();
        Manifest Budget(int available) => Of($$"""
            apiVersion: {{apiVersion}}
            kind: PodDisruptionBudget
            metadata: { name: web, namespace: {{ns}}, labels: { kairship.io/application: shop } }
            spec: { minAvailable: {{available}}, selector: { matchLabels: { app: web } } }
            """);
        (await PlanAsync(Budget(1))).Should().Match<DryRunObject>(p => p.Action == PlannedAction.Create && p.Problem == null);
        (await ApplyAsync(Budget(1))).Outcome.Should().Be(ApplyOutcome.Created);
        (await PlanAsync(Budget(1))).Action.Should().Be(PlannedAction.Unchanged);
        (await PlanAsync(Budget(2))).Should().Match<DryRunObject>(p => p.Action == PlannedAction.Update && p.Before!["apiVersion"]!.ToString() == p.After!["apiVersion"]!.ToString());
        (await ApplyAsync(Budget(2))).Outcome.Should().Be(ApplyOutcome.Configured);
        (await Cluster.Connection.Resources.GetAsync(Budget(1).Ref))!["spec"]!["minAvailable"]!.GetValue<int>().Should().Be(2);
        (await Cluster.Fleet.Pruner.PruneAsync("edge", Application, [Budget(1).Ref])).Objects.Single().Outcome.Should().Be(PruneOutcome.Deleted);
    }

    [Fact]
    public async Task VersionWithoutAnEqual_IsAProblemOfThatCluster_ThatNamesWhatIsServed()
    {
        var ns = await Cluster.NamespaceAsync();
        var planned = await PlanAsync(Of($"{{ apiVersion: policy/v7, kind: PodDisruptionBudget, metadata: {{ name: a, namespace: {ns} }} }}"));
        planned.Problem!.Message.Should().StartWith("the cluster does not serve policy/v7 PodDisruptionBudget; it serves v1");
    }

    private async Task<DryRunObject> PlanAsync(Manifest manifest) => (await Cluster.Fleet.Planner.DryRunAsync("edge", [manifest])).Single();

    private async Task<ObjectApplied> ApplyAsync(Manifest manifest) => (await Cluster.Fleet.Applier.ApplyAllAsync("edge", [manifest], new())).Objects.Single();
}

public sealed class SimulatedServedVersionTests(Simulated cluster) : ServedVersionTests(cluster), IClassFixture<Simulated>;

[Collection(RealCollection.Name)]
public sealed class RealServedVersionTests(Real cluster) : ServedVersionTests(cluster)
{
    /// <summary>podinfo as its authors ship it, with an autoscaler in autoscaling/v2, on Kubernetes 1.20, which serves v2beta2.</summary>
    [Fact]
    public async Task Podinfo_WithItsAutoscaler_AppliesToAnOldCluster()
    {
        var ns = await Cluster.NamespaceAsync();
        var manifests = ManifestParser.Parse(await File.ReadAllTextAsync(SharedData.Find("podinfo/6.14.1.yaml")))
            .Select(m => Manifest.From(InNamespace(m, ns))).OrderBy(m => ApplyOrder.Rank(m.Ref)).ToList();
        var autoscaler = manifests.Single(m => m.Ref.Kind == "HorizontalPodAutoscaler").Ref;
        autoscaler.ApiVersion.Should().Be("autoscaling/v2");
        (await Cluster.Fleet.Planner.DryRunAsync("edge", manifests)).Select(p => p.Problem?.Message).Should().OnlyContain(message => message == null);
        var report = await Cluster.Fleet.Applier.ApplyAllAsync("edge", manifests, new());
        report.Succeeded.Should().BeTrue(string.Join(Environment.NewLine, report.Failures));
        var served = await Cluster.Connection.Discovery.FindAsync("autoscaling/v2", "HorizontalPodAutoscaler") is null ? "autoscaling/v2beta2" : "autoscaling/v2";
        var live = (await Cluster.Connection.Resources.GetAsync(autoscaler))!;
        live["apiVersion"]!.ToString().Should().Be(served);
        live["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]!.GetValue<int>().Should().Be(99);
    }

    private static System.Text.Json.Nodes.JsonObject InNamespace(Manifest manifest, string ns)
    {
        var json = (System.Text.Json.Nodes.JsonObject)manifest.Json.DeepClone();
        json["metadata"]!["namespace"] = ns;
        return json;
    }
}
