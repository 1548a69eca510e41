using Kairship.Fleet.Resources;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources;

/// <summary>Must hold on any cluster.</summary>
public abstract class PrunerTests
{
    private readonly ClusterUnderTest _cluster;

    protected PrunerTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        _cluster = cluster;
    }

    private ResourceClient Client => _cluster.Connection.Resources;

    [Fact]
    public async Task Prune_DeletesOurs_AndNeverWhatIsNot()
    {
        var ns = await _cluster.NamespaceAsync();
        await Client.ApplyAsync(ConfigMap("ours", ns: ns), new());
        await Client.ApplyAsync(Deployment("web", ns: ns), new());
        await Client.ApplyAsync(ConfigMap("foreign", ns: ns, application: null), new());
        await Client.ApplyAsync(ConfigMap("other", ns: ns, application: "other"), new());
        var report = await _cluster.Fleet.Pruner.PruneAsync("edge", Application,
        [
            ConfigMap("ours", ns: ns).Ref, Deployment("web", ns: ns).Ref, ConfigMap("foreign", ns: ns).Ref, ConfigMap("other", ns: ns).Ref, ConfigMap("gone", ns: ns).Ref,
            new("v1", "Namespace", null, ns), new("example.test/v9", "Nothing", ns, "a"),
        ]);
        report.Objects.Select(o => o.Outcome).Should().Equal(
            PruneOutcome.Deleted, PruneOutcome.Deleted, PruneOutcome.Kept, PruneOutcome.Kept, PruneOutcome.NotFound, PruneOutcome.Kept, PruneOutcome.NotFound);
        report.Succeeded.Should().BeTrue();
        (await Client.ListAsync("v1", "ConfigMap", ns)).Items.Select(i => i["metadata"]!["name"]!.ToString()).Should().Contain(["foreign", "other"]).And.NotContain("ours");
        (await Client.GetAsync(Deployment("web", ns: ns).Ref)).Should().BeNull();
        (await Client.GetAsync(new("v1", "Namespace", null, ns))).Should().NotBeNull();
    }

    [Fact]
    public async Task DeleteBySelector_RemovesAllTracesOfACanary_AndNothingElse()
    {
        var ns = await _cluster.NamespaceAsync();
        const string Canary = "kairship.io/track: canary";
        await Client.ApplyAsync(ConfigMap("stable", ns: ns), new());
        await Client.ApplyAsync(ConfigMap("canary", ns: ns, labels: Canary), new());
        await Client.ApplyAsync(ConfigMap("canary-of-other", ns: ns, application: "other", labels: Canary), new());
        var deployment = Deployment("web-canary", ns: ns);
        deployment.Json["metadata"]!["labels"]!["kairship.io/track"] = "canary";
        await Client.ApplyAsync(deployment, new());

        ObjectKind[] kinds = [new("v1", "ConfigMap"), new("apps/v1", "Deployment"), new("example.test/v9", "Nothing")];
        var report = await _cluster.Fleet.Pruner.DeleteBySelectorAsync("edge", Application, "kairship.io/track=canary", ns, kinds);
        report.Objects.Select(o => (o.Ref.Name, o.Outcome)).Should().BeEquivalentTo([("canary", PruneOutcome.Deleted), ("web-canary", PruneOutcome.Deleted)]);
        report.Succeeded.Should().BeTrue();
        (await Client.ListAsync("v1", "ConfigMap", ns)).Items.Select(i => i["metadata"]!["name"]!.ToString()).Should().Contain(["stable", "canary-of-other"]).And.NotContain("canary");
        (await _cluster.Fleet.Pruner.DeleteBySelectorAsync("edge", Application, "kairship.io/track=canary", ns, kinds)).Objects.Should().BeEmpty();
    }

    [Fact]
    public async Task Prune_ObjectHeldByAFinalizer_IsReportedAsStillThere()
    {
        var ns = await _cluster.NamespaceAsync();
        var held = Of($"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: held, namespace: {ns}, labels: {{ kairship.io/application: shop }}, finalizers: [example.test/hold] }} }}");
        await Client.ApplyAsync(held, new());
        var report = await new Pruner(_cluster.Fleet.Connections, new HurriedClock()).PruneAsync("edge", Application, [held.Ref]);
        report.Objects.Single().Outcome.Should().Be(PruneOutcome.StillThere);
        report.Objects.Single().Message.Should().Contain("held by finalizer example.test/hold");
        report.Succeeded.Should().BeFalse();
        await Client.PatchAsync(held.Ref, new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["finalizers"] = null } });
        (await _cluster.Fleet.Pruner.PruneAsync("edge", Application, [held.Ref])).Objects.Single().Outcome.Should().Be(PruneOutcome.NotFound);
    }
}

public sealed class SimulatedPrunerTests(Simulated cluster) : PrunerTests(cluster), IClassFixture<Simulated>;

[Collection(RealCollection.Name)]
public sealed class RealPrunerTests(Real cluster) : PrunerTests(cluster);
