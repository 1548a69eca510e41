using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.ApplySets;

/// <summary>Must hold on any cluster.</summary>
public abstract class ApplySetTests
{
    private readonly ClusterUnderTest _cluster;

    protected ApplySetTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        _cluster = cluster;
    }

    private ResourceClient Client => _cluster.Connection.Resources;

    private Applier Applier => _cluster.Fleet.Applier;

    private Pruner Pruner => _cluster.Fleet.Pruner;

    [Fact]
    public async Task Apply_InASet_MarksMembers_AndTheParentHoldsAllKindsBeforeAnythingIsWritten()
    {
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        var elsewhere = await _cluster.NamespaceAsync();
        Manifest[] manifests = [ConfigMap("a", ns: set.Namespace), ConfigMap("b", ns: elsewhere), Service("web", set.Namespace), Deployment("web", ns: set.Namespace, replicas: -1)];
        var refused = await Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set });
        refused.Failures.Should().ContainSingle();

        var parent = (await Client.GetAsync(set.Parent))!;
        parent["metadata"]!["labels"]!["applyset.kubernetes.io/id"]!.ToString().Should().Be(set.Id);
        parent["metadata"]!["annotations"]!["applyset.kubernetes.io/tooling"]!.ToString().Should().MatchRegex(@"^kairship/v\d+\.\d+\.\d+$");
        parent["metadata"]!["annotations"]!["applyset.kubernetes.io/contains-group-kinds"]!.ToString().Should().Be("ConfigMap,Deployment.apps,Service", "the refused kind was announced too");
        parent["metadata"]!["annotations"]!["applyset.kubernetes.io/additional-namespaces"]!.ToString().Should().Be(elsewhere);
        (await Client.ListAsync("v1", "ConfigMap", elsewhere, $"applyset.kubernetes.io/part-of={set.Id}")).Items.Should().ContainSingle();
    }

    [Fact]
    public async Task FindStale_ThenPrune_DeletesWhatIsNoLongerWanted_ThenShrinksTheParent()
    {
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        Manifest[] before = [ConfigMap("keep", ns: set.Namespace), ConfigMap("drop", ns: set.Namespace), Service("web", set.Namespace)];
        (await Applier.ApplyAllAsync("edge", before, new() { ApplySet = set })).Succeeded.Should().BeTrue();
        await Client.ApplyAsync(ConfigMap("old", ns: set.Namespace), new());
        await Client.ApplyAsync(ConfigMap("foreign", ns: set.Namespace, application: "other"), new());
        Manifest[] after = [before[0]];

        var stale = await Pruner.FindStaleAsync("edge", set, after.Select(m => m.Ref));
        stale.Select(r => r.Name).Should().Equal(["web", "drop"], "services go before the config that they may need");
        var old = new ObjectRef("v1", "ConfigMap", set.Namespace, "old");
        var report = await Pruner.PruneAsync("edge", Application, [.. stale, old], new PruneOptions { Set = set, Keeps = [.. after.Select(m => m.Ref)] });
        report.Objects.Should().OnlyContain(o => o.Outcome == PruneOutcome.Deleted, "an object with the application's label only, from before sets, is pruned too");

        (await Client.ListAsync("v1", "ConfigMap", set.Namespace)).Items.Select(i => i["metadata"]!["name"]!.ToString()).Should().Contain(["keep", "foreign"]).And.NotContain(["drop", "old"]);
        (await Client.GetAsync(set.Parent))!["metadata"]!["annotations"]!["applyset.kubernetes.io/contains-group-kinds"]!.ToString().Should().Be("ConfigMap");
    }

    [Fact]
    public async Task Prune_WhatANewerEpochHasWritten_Stays()
    {
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        Manifest[] manifests = [ConfigMap("a", ns: set.Namespace)];
        await Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set, ReleaseId = "r", Epoch = 5 });
        PruneOptions By(long epoch) => new() { Set = set, ReleaseId = "r", Epoch = epoch };
        (await Pruner.PruneAsync("edge", Application, [manifests[0].Ref], By(4))).Objects.Single().Outcome.Should().Be(PruneOutcome.Kept);
        (await Pruner.PruneAsync("edge", Application, [manifests[0].Ref], By(5))).Objects.Single().Outcome.Should().Be(PruneOutcome.Deleted);
    }

    [Fact]
    public async Task Apply_WithoutASet_LeavesTheMarkOfTheSet_AndAPlanShowsNoChange()
    {
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        Manifest[] manifests = [ConfigMap("a", ns: set.Namespace)];
        await Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set });
        (await _cluster.Fleet.Planner.DryRunAsync("edge", manifests)).Single().Action.Should().Be(Kairship.Delivery.Plans.PlannedAction.Unchanged);
        await Applier.ApplyAllAsync("edge", manifests, new());
        (await Client.GetAsync(manifests[0].Ref))!["metadata"]!["labels"]!["applyset.kubernetes.io/part-of"]!.ToString().Should().Be(set.Id);
    }

    [Theory]
    [InlineData("applyset.kubernetes.io/tooling: kubectl/v1.32.0", "of kubectl/v1.32.0")]
    [InlineData("some: note", "is not the parent of an ApplySet of Kairship")]
    public async Task Apply_ParentOfAnotherTool_IsRefused_AndNothingIsWritten(string annotation, string expected)
    {
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        await Client.ApplyAsync(Of($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: {set.Parent.Name}, namespace: {set.Namespace}, annotations: {{ {annotation} }} }} }}"), new() { FieldManager = "somebody" });
        var report = await Applier.ApplyAllAsync("edge", [ConfigMap("a", ns: set.Namespace)], new() { ApplySet = set });
        report.Objects.Single().Message.Should().Contain(expected);
        (await Client.GetAsync(new("v1", "ConfigMap", set.Namespace, "a"))).Should().BeNull();
        (await Pruner.Invoking(p => p.FindStaleAsync("edge", set, [])).Should().ThrowAsync<ClusterException>()).Which.Kind.Should().Be(ClusterFailure.Conflict);
    }

    [Fact]
    public async Task DeleteApplication_TakesAllMembersAndTheParent_DependantsFirst_AndNamesWhatHolds()
    {
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        var held = ConfigMap("held", ns: set.Namespace);
        held.Json["metadata"]!["finalizers"] = new JsonArray("example.test/hold");
        Manifest[] manifests = [held, Service("web", set.Namespace), Deployment("web", ns: set.Namespace)];
        (await Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set })).Succeeded.Should().BeTrue();

        var stuck = await new Pruner(_cluster.Fleet.Connections, new HurriedClock()).DeleteApplicationAsync("edge", set, [], new());
        stuck.Succeeded.Should().BeFalse();
        stuck.Failures.Should().Contain(f => f.Message.Contains("held by finalizer example.test/hold") || f.Message.Contains("has to go first") || f.Message.Contains("not gone within"));
        (await Client.GetAsync(set.Parent)).Should().NotBeNull("the set is known until all of it is gone");

        await Client.PatchAsync(held.Ref, new() { ["metadata"] = new JsonObject { ["finalizers"] = null } });
        var report = await Pruner.DeleteApplicationAsync("edge", set, [.. manifests.Select(m => m.Ref)], new());
        report.Succeeded.Should().BeTrue(string.Join(Environment.NewLine, report.Failures));
        (await Client.GetAsync(set.Parent)).Should().BeNull();
        (await Client.GetAsync(manifests[2].Ref)).Should().BeNull();
        (await Client.GetAsync(new("v1", "Namespace", null, set.Namespace))).Should().NotBeNull();
    }

    [Fact]
    public async Task DeleteApplication_NamespacesWhereAskedFor_GoWithAllThatIsInThem()
    {
        var ns = $"own-{Guid.NewGuid():N}"[..12];
        var set = new ApplySet(Application, ns);
        (await Applier.ApplyAllAsync("edge", [Namespace(ns), ConfigMap("a", ns: ns)], new() { ApplySet = set })).Succeeded.Should().BeTrue();
        (await Pruner.DeleteApplicationAsync("edge", set, [], new() { Namespaces = true })).Succeeded.Should().BeTrue();
        (await Client.GetAsync(new("v1", "Namespace", null, ns))).Should().BeNull();
    }

    /// <summary>kubectl knows the set, and that it is not its own.</summary>
    [Fact]
    public async Task Kubectl_ThatWouldPruneOurSet_IsRefusedByItsTooling()
    {
        using var kubectl = Kubectl.Require(_cluster.Kubeconfig);
        var set = new ApplySet(Application, await _cluster.NamespaceAsync());
        Manifest[] manifests = [ConfigMap("a", ns: set.Namespace), ConfigMap("b", ns: set.Namespace)];
        (await Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set })).Succeeded.Should().BeTrue();
        var (code, output) = await kubectl.RunAsync(
            $"apply --server-side --prune --validate=false -n {set.Namespace} --applyset=configmap/{set.Parent.Name} -f -", manifests[0].Json.ToJsonString());
        code.Should().NotBe(0, output);
        output.Should().Contain("kairship").And.Contain("is managed by tooling").And.Contain("kubectl");
        (await Client.ListAsync("v1", "ConfigMap", set.Namespace, $"{ApplySet.PartOf}={set.Id}")).Items.Should().HaveCount(2);
    }

    /// <summary>The id that kubectl computes for a set of its own is the one that Kairship would.</summary>
    [Fact]
    public async Task Kubectl_SetOfItsOwn_HasTheIdAndFormThatOursHave()
    {
        using var kubectl = Kubectl.Require(_cluster.Kubeconfig);
        var ns = await _cluster.NamespaceAsync();
        var (code, output) = await kubectl.RunAsync(
            $"apply --server-side --prune --validate=false -n {ns} --applyset=theirs -f -", ConfigMap("member", ns: ns, application: null).Json.ToJsonString());
        code.Should().Be(0, output);
        var parent = new ObjectRef("v1", "Secret", ns, "theirs");
        var live = (await Client.GetAsync(parent))!;
        live["metadata"]!["labels"]!["applyset.kubernetes.io/id"]!.ToString().Should().Be(ApplySet.IdOf(parent));
        live["metadata"]!["annotations"]!["applyset.kubernetes.io/contains-group-kinds"]!.ToString().Should().Be("ConfigMap");
        var adopting = await Applier.ApplyAllAsync("edge", [ConfigMap("member", ns: ns)], new());
        adopting.Objects.Single().Message.Should().Contain("is a member of another ApplySet");
    }
}

public sealed class SimulatedApplySetTests(Simulated cluster) : ApplySetTests(cluster), IClassFixture<Simulated>
{
    [Fact]
    public async Task Apply_InASetThatHoldsAllKinds_CostsOneReadMore()
    {
        var set = new ApplySet(Application, await cluster.NamespaceAsync());
        Manifest[] manifests = [.. Enumerable.Range(0, 12).Select(i => Service($"web{i}", set.Namespace))];
        await cluster.Fleet.Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set });
        var before = (cluster.Cluster.Requests, cluster.Cluster.MutatingRequests);
        (await cluster.Fleet.Applier.ApplyAllAsync("edge", manifests, new() { ApplySet = set })).Objects.Should().OnlyContain(o => o.Outcome == ApplyOutcome.Unchanged);
        (cluster.Cluster.MutatingRequests - before.MutatingRequests).Should().Be(12);
        (cluster.Cluster.Requests - before.Requests).Should().Be(14);
    }
}

[Collection(RealCollection.Name)]
public sealed class RealApplySetTests(Real cluster) : ApplySetTests(cluster);
