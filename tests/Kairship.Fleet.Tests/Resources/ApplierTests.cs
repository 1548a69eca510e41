using Kairship.Fleet.Resources;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources;

/// <summary>Must hold on any cluster.</summary>
public abstract class ApplierTests
{
    private readonly ClusterUnderTest _cluster;

    protected ApplierTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        _cluster = cluster;
    }

    private Applier Applier => _cluster.Fleet.Applier;

    [Fact]
    public async Task ApplyAll_Twice_CreatesThenLeavesUnchanged_ThenConfigures()
    {
        var ns = await _cluster.NamespaceAsync();
        Kairship.Delivery.Manifests.Manifest[] manifests =
            [ConfigMap("a", ns: ns), ConfigMap("b", ns: ns), ConfigMap("c", ns: ns), Service("web", ns), Deployment("web", ns: ns)];
        (await Applier.ApplyAllAsync("edge", manifests, new() { ReleaseId = "r-1", Epoch = 1 })).Objects.Should().OnlyContain(o => o.Outcome == ApplyOutcome.Created);
        await SettledAsync(ns);
        (await Applier.ApplyAllAsync("edge", manifests, new() { ReleaseId = "r-1", Epoch = 1 })).Objects.Should().OnlyContain(o => o.Outcome == ApplyOutcome.Unchanged);
        manifests[1] = ConfigMap("b", "2", ns);
        var third = await Applier.ApplyAllAsync("edge", manifests, new() { ReleaseId = "r-1", Epoch = 1 });
        third.Succeeded.Should().BeTrue();
        third.Objects.Where(o => o.Outcome == ApplyOutcome.Configured).Should().ContainSingle().Which.Ref.Name.Should().Be("b");
    }

    [Fact]
    public async Task ApplyAll_SecretThatIsRefused_FailsWithoutItsValue()
    {
        var ns = await _cluster.NamespaceAsync();
        var secret = Kairship.Delivery.Manifests.ManifestParser.Parse($"{{apiVersion: v1, kind: Secret, metadata: {{name: pin, namespace: {ns}}}, stringData: {{pin: 73219846}}}}");

        var failure = (await Applier.ApplyAllAsync("edge", secret, new())).Failures.Should().ContainSingle().Subject;

        failure.Message.Should().Contain("string").And.NotContain("73219846");
    }

    [Fact]
    public async Task ApplyAll_ObjectsOfOthers_AreRefused_UnlessAdopted()
    {
        var ns = await _cluster.NamespaceAsync();
        var client = _cluster.Connection.Resources;
        await client.ApplyAsync(ConfigMap("foreign", "theirs", ns, application: null), new() { FieldManager = "somebody" });
        await client.ApplyAsync(ConfigMap("other", "theirs", ns, application: "other"), new() { FieldManager = "somebody" });
        Kairship.Delivery.Manifests.Manifest[] manifests = [ConfigMap("foreign", "ours", ns), ConfigMap("other", "ours", ns), ConfigMap("mine", "ours", ns), Deployment("web", ns: ns)];

        var report = await Applier.ApplyAllAsync("edge", manifests, new());
        report.Objects.Select(o => (o.Outcome, o.Reason)).Should().Equal(
            (ApplyOutcome.Failed, "NotOurs"), (ApplyOutcome.Failed, "NotOurs"), (ApplyOutcome.Created, null), (ApplyOutcome.Failed, "Skipped"));
        report.Objects[0].Message.Should().Contain("was created by \"somebody\"").And.Contain("kairship.io/adopt");
        report.Objects[1].Message.Should().Contain("belongs to application other").And.Contain("kairship.io/adopt-from: other");
        report.IsTransient.Should().BeFalse();
        (await client.GetAsync(manifests[0].Ref))!["data"]!["value"]!.ToString().Should().Be("theirs");

        var adopted = await Applier.ApplyAllAsync("edge", manifests, new() { Adopt = true });
        adopted.Objects.Select(o => (o.Outcome, o.Reason)).Should().Equal(
            [(ApplyOutcome.Configured, null), (ApplyOutcome.Failed, "NotOurs"), (ApplyOutcome.Unchanged, null), (ApplyOutcome.Failed, "Skipped")],
            "another application's object is never taken over because of a general permission");
        (await client.GetAsync(manifests[0].Ref))!["data"]!["value"]!.ToString().Should().Be("ours");
        (await client.GetAsync(manifests[1].Ref))!["data"]!["value"]!.ToString().Should().Be("theirs");
    }

    [Theory]
    [InlineData(null, "kairship.io/adopt", "true", true)]
    [InlineData(null, "kairship.io/adopt", "yes", false)]
    [InlineData("other", "kairship.io/adopt", "true", false)]
    [InlineData("other", "kairship.io/adopt-from", "other", true)]
    [InlineData("other", "kairship.io/adopt-from", "another", false)]
    public async Task ApplyAll_AdoptionByTheManifest_MeansThatObjectAndThatOwner(string? owner, string annotation, string value, bool adopted)
    {
        var ns = await _cluster.NamespaceAsync();
        var client = _cluster.Connection.Resources;
        await client.ApplyAsync(ConfigMap("a", "theirs", ns, application: owner), new() { FieldManager = "somebody" });
        var manifest = ConfigMap("a", "ours", ns);
        manifest.Json["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { [annotation] = value };
        var report = await Applier.ApplyAllAsync("edge", [manifest], new());
        report.Succeeded.Should().Be(adopted, string.Join(Environment.NewLine, report.Failures));
        var live = (await client.GetAsync(manifest.Ref))!;
        live["data"]!["value"]!.ToString().Should().Be(adopted ? "ours" : "theirs");
        live["metadata"]!["labels"]?["kairship.io/application"]?.ToString().Should().Be(adopted ? "shop" : owner);
    }

    [Fact]
    public async Task ApplyAll_Conflict_NamesManagerAndField()
    {
        var ns = await _cluster.NamespaceAsync();
        await _cluster.Connection.Resources.ApplyAsync(Deployment("web", ns: ns, replicas: 5), new() { FieldManager = "autoscaler" });
        var report = await Applier.ApplyAllAsync("edge", [Deployment("web", ns: ns, replicas: 1)], new());
        report.Objects.Single().Should().Match<ObjectApplied>(o => o.Reason == "Conflict" && o.Message.StartsWith(".spec.replicas is managed by \"autoscaler\": leave it out of the manifest"));
        report.Objects.Single().Fields.Should().Equal(".spec.replicas");

        var forced = Deployment("web", ns: ns, replicas: 1);
        forced.Json["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["kairship.io/conflicts"] = "force" };
        (await Applier.ApplyAllAsync("edge", [forced], new())).Succeeded.Should().BeTrue();
        (await _cluster.Connection.Resources.GetAsync(forced.Ref))!["spec"]!["replicas"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task ApplyAll_OlderEpochOfTheSameRelease_IsSuperseded()
    {
        var ns = await _cluster.NamespaceAsync();
        await Applier.ApplyAllAsync("edge", [ConfigMap("a", "new", ns)], new() { ReleaseId = "r", Epoch = 5 });
        (await Applier.ApplyAllAsync("edge", [ConfigMap("a", "stale", ns)], new() { ReleaseId = "r", Epoch = 4 })).Objects.Single().Reason.Should().Be("Superseded");
        (await Applier.ApplyAllAsync("edge", [ConfigMap("a", "next", ns)], new() { ReleaseId = "r2", Epoch = 1 })).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task ApplyAll_NamespaceThatDoesNotExist_IsToldSo_OrCreated()
    {
        var ns = $"new-{Guid.NewGuid():N}"[..12];
        var missing = await Applier.ApplyAllAsync("edge", [ConfigMap("a", ns: ns), Deployment("web", ns: ns)], new());
        missing.Objects.Select(o => o.Reason).Should().Equal("NamespaceNotFound", "Skipped");
        missing.Objects[0].Message.Should().Contain(ns);

        (await Applier.ApplyAllAsync("edge", [ConfigMap("a", ns: ns)], new() { CreateNamespace = true })).Succeeded.Should().BeTrue();
        var another = $"set-{Guid.NewGuid():N}"[..12];
        var together = await Applier.ApplyAllAsync("edge", [Namespace(another), ConfigMap("a", ns: another)], new());
        together.Objects.Should().OnlyContain(o => o.Outcome == ApplyOutcome.Created);
    }

    [Fact]
    public async Task ApplyAll_KindThatTheSetDefines_IsAppliedOnceItIsServed()
    {
        var report = await Applier.ApplyAllAsync("edge", [Definition(), Widget("a")], new() { Adopt = true });
        report.Succeeded.Should().BeTrue(string.Join(Environment.NewLine, report.Failures));
        (await _cluster.Connection.Resources.GetAsync(Widget("a").Ref))!["spec"]!["size"]!.GetValue<int>().Should().Be(3);
    }

    [Fact]
    public async Task ApplyAll_ObjectsThatTheClusterRefuses_CarryItsOwnWords()
    {
        var ns = await _cluster.NamespaceAsync();
        var nothing = Of($"{{ apiVersion: example.test/v9, kind: Nothing, metadata: {{ name: a, namespace: {ns} }} }}");
        var report = await Applier.ApplyAllAsync("edge", [Deployment("ok", ns: ns), Deployment("web", ns: ns, replicas: -1), nothing], new());
        report.Objects.Select(o => o.Reason).Should().Equal(null, "Invalid", "Skipped");
        report.Objects[1].Message.Should().Contain("spec.replicas").And.Contain("must be greater than or equal to 0");
        (await Applier.ApplyAllAsync("edge", [nothing], new())).Objects.Single().Reason.Should().Be("UnknownKind");
    }

    [Fact]
    public async Task ApplyAll_DryRun_WritesNothing()
    {
        var ns = await _cluster.NamespaceAsync();
        (await Applier.ApplyAllAsync("edge", [ConfigMap("a", ns: ns)], new() { DryRun = true })).Succeeded.Should().BeTrue();
        (await _cluster.Connection.Resources.GetAsync(ConfigMap("a", ns: ns).Ref)).Should().BeNull();
    }

    private Task SettledAsync(string ns) => FleetUnderTest.UntilAsync(
        async () => (await _cluster.Fleet.Health.ReadAsync("edge", [Deployment("web", ns: ns).Ref])).AllCurrent, "the deployment");
}

public sealed class SimulatedApplierTests(Simulated cluster) : ApplierTests(cluster), IClassFixture<Simulated>
{
    [Fact]
    public async Task ApplyAll_ManyObjects_CostsOneWriteEach_AndOneReadForEachKind()
    {
        var ns = await cluster.NamespaceAsync();
        var manifests = Enumerable.Range(0, 12).Select(i => Service($"web{i}", ns)).Concat(Enumerable.Range(0, 12).Select(i => Deployment($"web{i}", ns: ns))).ToList();
        await cluster.Connection.Discovery.AllAsync();
        var before = (cluster.Cluster.Requests, cluster.Cluster.MutatingRequests);
        (await cluster.Fleet.Applier.ApplyAllAsync("edge", manifests, new())).Succeeded.Should().BeTrue();
        (cluster.Cluster.MutatingRequests - before.MutatingRequests).Should().Be(24);
        (cluster.Cluster.Requests - before.Requests).Should().Be(26);
    }

    [Fact]
    public async Task ApplyAll_ClusterThatIsOutOfReach_IsReportedForEachObject_AsTransient()
    {
        await using var fleet = new FleetUnderTest(o => o.MaxRetries = 0);
        await using var gone = await Simulator.SimulatedCluster.StartAsync(new() { Name = "gone" });
        await fleet.JoinAsync("gone", gone.Kubeconfig);
        gone.Faults.Unreachable = true;
        var report = await fleet.Applier.ApplyAllAsync("gone", [ConfigMap("a"), Deployment("web")], new());
        report.Objects.Should().OnlyContain(o => o.Reason == "Unreachable");
        report.IsTransient.Should().BeTrue();
    }
}

[Collection(RealCollection.Name)]
public sealed class RealApplierTests(Real cluster) : ApplierTests(cluster);
