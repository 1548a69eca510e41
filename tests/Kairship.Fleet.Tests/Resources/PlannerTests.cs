using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources;

/// <summary>Must hold on any cluster.</summary>
public abstract class PlannerTests
{
    protected PlannerTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        Cluster = cluster;
    }

    protected ClusterUnderTest Cluster { get; }

    [Fact]
    public async Task DryRun_NewSameAndChanged_ArePlannedAsSuch_AndNothingIsWritten()
    {
        var ns = await Cluster.NamespaceAsync();
        Manifest[] before = [ConfigMap("same", ns: ns), ConfigMap("changed", ns: ns), Deployment("web", ns: ns), Service("web", ns)];
        (await Cluster.Fleet.Applier.ApplyAllAsync("edge", before, new() { ReleaseId = "r-1", Epoch = 3 })).Succeeded.Should().BeTrue();
        Manifest[] after = [ConfigMap("same", ns: ns), ConfigMap("changed", "2", ns), ConfigMap("new", ns: ns), Deployment("web", "example.test/web:2", ns: ns), Service("web", ns)];

        var plan = await Cluster.Fleet.Planner.DryRunAsync("edge", after);
        plan.Select(p => (p.Ref.Name, p.Action, p.Problem)).Should().Equal(
            ("same", PlannedAction.Unchanged, null), ("changed", PlannedAction.Update, null), ("new", PlannedAction.Create, null),
            ("web", PlannedAction.Update, null), ("web", PlannedAction.Unchanged, null));
        plan[1].Before!["data"]!["value"]!.ToString().Should().Be("1");
        plan[1].After!["data"]!["value"]!.ToString().Should().Be("2");
        plan[1].After!["metadata"]!["annotations"]!["kairship.io/release"]!.ToString().Should().Be("r-1", "the marks of the last release are no change");
        (await Cluster.Connection.Resources.GetAsync(after[2].Ref)).Should().BeNull();
        (await Cluster.Connection.Resources.GetAsync(after[1].Ref))!["data"]!["value"]!.ToString().Should().Be("1");
    }

    [Fact]
    public async Task DryRun_NamespaceOfTheSameSet_IsTriedElsewhere_AndItsObjectsAreCheckedAllTheSame()
    {
        var ns = $"new-{Guid.NewGuid():N}"[..12];
        var plan = await Cluster.Fleet.Planner.DryRunAsync("edge", [Namespace(ns), ConfigMap("a", ns: ns), Deployment("web", ns: ns, replicas: -1)]);
        plan.Should().OnlyContain(p => p.Action == PlannedAction.Create);
        plan[1].Should().Match<DryRunObject>(p => p.Problem == null && p.Note!.Contains("does not exist yet"));
        plan[1].After!["metadata"]!["name"]!.ToString().Should().Be("a");
        plan[1].After!["metadata"]!["namespace"]!.ToString().Should().Be(ns);
        plan[2].Problem!.Ref.Should().Be(plan[2].Ref);
        plan[2].Problem!.Message.Should().Contain("\"web\" is invalid").And.Contain("spec.replicas");
        (await Cluster.Connection.Resources.GetAsync(Namespace(ns).Ref)).Should().BeNull();
        (await Cluster.Connection.Resources.ListAsync("v1", "ConfigMap", "default", "kairship.io/application=shop")).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task DryRun_WhatStandsInTheWay_IsAProblem()
    {
        var ns = await Cluster.NamespaceAsync();
        await Cluster.Connection.Resources.ApplyAsync(ConfigMap("foreign", ns: ns, application: null), new() { FieldManager = "somebody" });
        await Cluster.Connection.Resources.ApplyAsync(Deployment("web", ns: ns, replicas: 5), new() { FieldManager = "somebody" });
        var plan = await Cluster.Fleet.Planner.DryRunAsync("edge",
        [
            ConfigMap("a", ns: "no-such-namespace"), ConfigMap("foreign", ns: ns), Deployment("web", ns: ns, replicas: 1),
            Of($"{{ apiVersion: apps/v7, kind: Deployment, metadata: {{ name: a, namespace: {ns} }} }}"), ConfigMap("fine", ns: ns),
        ]);
        plan.Select(p => p.Problem?.Message).Should().Equal(
            "namespace no-such-namespace does not exist; create it, add it to the manifests, or let Kairship create it",
            "it exists and was created by \"somebody\", not by Kairship; delete it, rename yours, or adopt it: spec.apply.adopt: Unowned of the application, or the annotation kairship.io/adopt: \"true\" on its manifest",
            ".spec.replicas is managed by \"somebody\": leave it out of the manifest, or take over with spec.apply.conflicts: Force of the application or the annotation kairship.io/conflicts: force on the manifest",
            "the cluster does not serve apps/v7 Deployment; it serves v1",
            null);
    }

    [Fact]
    public async Task DryRun_KindOfTheSameSet_IsPlannedAsCreation()
    {
        var definition = Of(Definition().Json.ToJsonString().Replace("widgets", "gadgets", StringComparison.Ordinal).Replace("Widget", "Gadget", StringComparison.Ordinal).Replace("\"widget\"", "\"gadget\"", StringComparison.Ordinal));
        var gadget = Of(Widget("a").Json.ToJsonString().Replace("Widget", "Gadget", StringComparison.Ordinal));
        var plan = await Cluster.Fleet.Planner.DryRunAsync("edge", [definition, gadget]);
        plan.Should().OnlyContain(p => p.Action == PlannedAction.Create && p.Problem == null);
        plan[1].Note.Should().Contain("defined by the same manifests");
    }
}

public sealed class SimulatedPlannerTests(Simulated cluster) : PlannerTests(cluster), IClassFixture<Simulated>
{
    [Fact]
    public async Task DryRun_ManyObjects_CostsOneDryRunEach_AndOneReadForEachKindAndTheNamespace()
    {
        var ns = await cluster.NamespaceAsync();
        var manifests = Enumerable.Range(0, 12).Select(i => Service($"web{i}", ns)).Concat(Enumerable.Range(0, 12).Select(i => Deployment($"web{i}", ns: ns))).ToList();
        await cluster.Connection.Discovery.AllAsync();
        var before = cluster.Cluster.Requests;
        (await cluster.Fleet.Planner.DryRunAsync("edge", manifests)).Should().OnlyContain(p => p.Problem == null);
        (cluster.Cluster.Requests - before).Should().Be(27);
    }

    [Fact]
    public async Task DryRun_ClusterThatIsOutOfReach_IsThrown_NotPlanned()
    {
        await using var fleet = new FleetUnderTest(o => o.MaxRetries = 0);
        await using var gone = await Simulator.SimulatedCluster.StartAsync(new() { Name = "gone" });
        await fleet.JoinAsync("gone", gone.Kubeconfig);
        gone.Faults.Unreachable = true;
        (await fleet.Invoking(f => f.Planner.DryRunAsync("gone", [ConfigMap("a")])).Should().ThrowAsync<ClusterException>()).Which.Kind.Should().Be(ClusterFailure.Unreachable);
    }
}

[Collection(RealCollection.Name)]
public sealed class RealPlannerTests(Real cluster) : PlannerTests(cluster)
{
    /// <summary>Kubernetes 1.20 serves no autoscaling/v2 and refuses Service ports without protocol.</summary>
    [Fact]
    public async Task DryRun_OnlineBoutiqueOnAnOldCluster_IsRefusedObjectByObject_AndNothingIsWritten()
    {
        var file = SharedData.Find("online-boutique/v0.10.5.yaml");
        var ns = await Cluster.NamespaceAsync();
        var manifests = ManifestParser.Parse(await File.ReadAllTextAsync(file))
            .Select(m => m with { Ref = m.Ref with { Namespace = ns } }).ToList();
        var services = manifests.Where(m => m.Ref.Kind == "Service").ToList();

        var plan = await Cluster.Fleet.Planner.DryRunAsync("edge", manifests);
        var old = await Cluster.Connection.Discovery.FindAsync("autoscaling/v2", "HorizontalPodAutoscaler") is null;
        Assert.SkipUnless(old, "This control plane is modern: Online Boutique applies to it.");
        plan.Where(p => p.Ref.Kind == "Service").Should().HaveCount(services.Count).And.OnlyContain(p => p.Problem != null && p.Problem.Message.Contains("protocol"));
        foreach (var kind in (string[])["Service", "ServiceAccount", "ConfigMap", "Pod"])
        {
            (await Cluster.Connection.Resources.ListAsync("v1", kind, ns)).Items.Select(i => i["metadata"]!["name"]!.ToString())
                .Except(["default", "kube-root-ca.crt"]).Should().BeEmpty();
        }

        (await Cluster.Connection.Resources.ListAsync("apps/v1", "Deployment", ns)).Items.Should().BeEmpty();
    }
}

internal static class SharedData
{
    /// <summary>A file of ../shared/data beside the checkout.</summary>
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kairship.sln")))
            {
                return Path.Combine(folder.Parent!.FullName, "shared", "data", path);
            }
        }

        throw new FileNotFoundException($"There is no ../shared/data/{path} beside the checkout.");
    }
}
