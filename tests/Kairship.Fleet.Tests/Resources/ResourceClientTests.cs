using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources;

/// <summary>Must hold on any cluster.</summary>
public abstract class ResourceClientTests
{
    private readonly ClusterUnderTest _cluster;

    protected ResourceClientTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        _cluster = cluster;
    }

    private ResourceClient Client => _cluster.Connection.Resources;

    [Fact]
    public async Task Discovery_BuiltInKinds_AreFound_AndUnknownOnesNameWhatIsServed()
    {
        var discovery = _cluster.Connection.Discovery;
        (await discovery.ResolveAsync("apps/v1", "Deployment")).Should().Be(new ServedResource("apps", "v1", "Deployment", "deployments", true));
        (await discovery.IsNamespacedAsync("v1", "Namespace")).Should().BeFalse();
        (await discovery.IsNamespacedAsync("example.test/v9", "Nothing")).Should().BeNull();
        (await discovery.Invoking(d => d.ResolveAsync("apps/v1", "Nothing")).Should().ThrowAsync<UnknownKindException>())
            .Which.Detail.Should().Be("the cluster does not serve apps/v1 Nothing");
        (await discovery.ResolveAsync("apps/v7", "Deployment")).ApiVersion.Should().Be("apps/v1", "it is read and deleted as what it is served as");
        (await Client.Invoking(c => c.ApplyAsync(Of("{ apiVersion: apps/v7, kind: Deployment, metadata: { name: a, namespace: default } }"), new())).Should().ThrowAsync<UnknownKindException>())
            .Which.Detail.Should().Be("the cluster does not serve apps/v7 Deployment; it serves v1");
    }

    [Fact]
    public async Task Apply_ThenGet_RoundTrips_WithTheMarksOfTheRelease()
    {
        var ns = await _cluster.NamespaceAsync();
        var manifest = ConfigMap("a", ns: ns);
        (await Client.GetAsync(manifest.Ref)).Should().BeNull();
        (await Client.ApplyAsync(manifest, new() { ReleaseId = "r-1", Epoch = 7 })).Created.Should().BeTrue();
        (await Client.ApplyAsync(manifest, new() { ReleaseId = "r-1", Epoch = 8 })).Created.Should().BeFalse();
        var live = (await Client.GetAsync(manifest.Ref))!;
        live["data"]!["value"]!.ToString().Should().Be("1");
        live["metadata"]!["annotations"]!.AsObject().Select(a => $"{a.Key}={a.Value}").Should().BeEquivalentTo("kairship.io/epoch=8", "kairship.io/release=r-1");
        live["metadata"]!["managedFields"]![0]!["manager"]!.ToString().Should().Be("kairship");
        manifest.Json["metadata"]!["annotations"].Should().BeNull("the manifest is not to be changed");
    }

    [Fact]
    public async Task Apply_DryRun_WritesNothing()
    {
        var ns = await _cluster.NamespaceAsync();
        var manifest = Deployment("a", ns: ns);
        (await Client.ApplyAsync(manifest, new() { DryRun = true })).Object["spec"]!["strategy"].Should().NotBeNull("the cluster fills defaults in");
        (await Client.GetAsync(manifest.Ref)).Should().BeNull();
    }

    [Fact]
    public async Task Apply_FieldOfAnotherManager_IsAConflictThatNamesBoth_UnlessForced()
    {
        var ns = await _cluster.NamespaceAsync();
        await Client.ApplyAsync(Deployment("a", ns: ns, replicas: 1), new() { FieldManager = "somebody" });
        var apply = () => Client.ApplyAsync(Deployment("a", ns: ns, replicas: 2), new());
        var conflict = (await apply.Should().ThrowAsync<ClusterException>()).Which;
        conflict.Kind.Should().Be(ClusterFailure.Conflict);
        conflict.Conflicts.Should().ContainSingle().Which.Should().Be(new FieldConflict("somebody", ".spec.replicas"));
        (await Client.ApplyAsync(Deployment("a", ns: ns, replicas: 2), new() { Force = true })).Object["spec"]!["replicas"]!.GetValue<int>().Should().Be(2);
    }

    [Fact]
    public async Task List_Selector_AndNamespace_SelectObjectsThatAreWhole()
    {
        var ns = await _cluster.NamespaceAsync();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Client.ApplyAsync(ConfigMap($"a{i}", ns: ns, labels: $"even: '{i % 2 == 0}'"), new())));
        var list = await Client.ListAsync("v1", "ConfigMap", ns, "even=True");
        list.Items.Select(i => i["metadata"]!["name"]!.ToString()).Should().BeEquivalentTo("a0", "a2", "a4", "a6", "a8", "a10");
        list.Items.Should().OnlyContain(i => i["apiVersion"]!.ToString() == "v1" && i["kind"]!.ToString() == "ConfigMap" && i.Parent == null);
        list.ResourceVersion.Should().NotBeEmpty();
        (await Client.ListAsync("v1", "ConfigMap", labelSelector: "even=True")).Items.Should().HaveCountGreaterThanOrEqualTo(6);
    }

    [Fact]
    public async Task Delete_OtherUid_LeavesTheObject()
    {
        var ns = await _cluster.NamespaceAsync();
        var applied = await Client.ApplyAsync(ConfigMap("a", ns: ns), new());
        var reference = ConfigMap("a", ns: ns).Ref;
        (await Client.DeleteAsync(reference, uid: Guid.NewGuid().ToString())).Should().BeFalse();
        (await Client.DeleteAsync(reference, uid: applied.Object["metadata"]!["uid"]!.ToString())).Should().BeTrue();
        (await Client.DeleteAsync(reference)).Should().BeFalse();
    }

    [Fact]
    public async Task Scale_ThenApplyAll_TakesTheReplicasBack()
    {
        var ns = await _cluster.NamespaceAsync();
        await Client.ApplyAsync(Deployment("a", ns: ns, replicas: 1), new());
        (await Client.ScaleAsync(Deployment("a", ns: ns).Ref, 3))["spec"]!["replicas"]!.GetValue<int>().Should().Be(3);
        var report = await _cluster.Fleet.Applier.ApplyAllAsync("edge", [Deployment("a", ns: ns, replicas: 2)], new());
        report.Objects.Single().Outcome.Should().Be(ApplyOutcome.Configured, report.ToString());
        (await Client.GetAsync(Deployment("a", ns: ns).Ref))!["spec"]!["replicas"]!.GetValue<int>().Should().Be(2);
    }

    [Fact]
    public async Task Patch_OfAnOldVersion_IsAConflict()
    {
        var ns = await _cluster.NamespaceAsync();
        var old = (await Client.ApplyAsync(ConfigMap("a", ns: ns), new())).Object["metadata"]!["resourceVersion"]!.ToString();
        var reference = ConfigMap("a", ns: ns).Ref;
        (await Client.PatchAsync(reference, new JsonObject { ["data"] = new JsonObject { ["more"] = "x" } }))["data"]!["more"]!.ToString().Should().Be("x");
        var patch = () => Client.PatchAsync(reference, new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = old }, ["data"] = new JsonObject { ["more"] = "y" } });
        (await patch.Should().ThrowAsync<ClusterException>()).Which.Kind.Should().Be(ClusterFailure.Conflict);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../../secrets/b")]
    [InlineData("a?x=y")]
    [InlineData("")]
    public async Task Get_NameThatIsAPath_NeverLeavesItsCollection(string name)
    {
        var result = await Record(() => Client.GetAsync(new("v1", "ConfigMap", "default", name)));
        result.Should().Match<object?>(r => r == null || r is ClusterException);
    }

    [Fact]
    public async Task Get_NamespacedKindWithoutNamespace_IsRefused() =>
        (await Record(() => Client.GetAsync(new("v1", "ConfigMap", null, "a")))).Should().BeOfType<ClusterException>().Which.Kind.Should().Be(ClusterFailure.Invalid);

    private static async Task<object?> Record(Func<Task<JsonObject?>> act)
    {
        try
        {
            return await act();
        }
        catch (ClusterException exception)
        {
            return exception;
        }
    }
}

public sealed class SimulatedResourceClientTests(Simulated cluster) : ResourceClientTests(cluster), IClassFixture<Simulated>;

[Collection(RealCollection.Name)]
public sealed class RealResourceClientTests(Real cluster) : ResourceClientTests(cluster);
