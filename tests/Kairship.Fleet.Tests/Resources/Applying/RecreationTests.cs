using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.Applying;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.Applying;

/// <summary>Must hold on any cluster.</summary>
public abstract class RecreationTests
{
    protected const string Allowed = "kairship.io/recreate: allowed";
    private readonly ClusterUnderTest _cluster;

    protected RecreationTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        _cluster = cluster;
    }

    private ResourceClient Client => _cluster.Connection.Resources;

    [Fact]
    public async Task Selector_OfADeployment_IsAnImmutableField_AndRecreatedWhereAllowed()
    {
        var ns = await _cluster.NamespaceAsync();
        var first = await CreateAsync(Deployment("web", ns: ns));
        var changed = Selecting("web", "other", ns);

        var refused = await ApplyAsync(changed);
        refused.Should().Match<ObjectApplied>(o => o.Outcome == ApplyOutcome.Failed && o.Reason == "ImmutableField" && !o.IsTransient);
        refused.Fields.Should().Equal("spec.selector");
        refused.Message.Should().Contain("field is immutable").And.Contain("spec.apply.recreate: Allowed").And.Contain("kairship.io/recreate: allowed");
        (await UidAsync(changed.Ref)).Should().Be(first);

        (await ApplyAsync(changed, new() { Recreate = true })).Outcome.Should().Be(ApplyOutcome.Recreated);
        (await UidAsync(changed.Ref)).Should().NotBe(first);
        (await Client.GetAsync(changed.Ref))!["spec"]!["selector"]!["matchLabels"]!["app"]!.ToString().Should().Be("other");
        (await ApplyAsync(changed, new() { Recreate = true })).Outcome.Should().NotBe(ApplyOutcome.Recreated);
    }

    [Fact]
    public async Task Manifest_ThatIsWrongAsWell_CostsNothing()
    {
        var ns = await _cluster.NamespaceAsync();
        var first = await CreateAsync(Deployment("web", ns: ns));
        var wrong = Selecting("web", "other", ns);
        wrong.Json["spec"]!["replicas"] = -1;
        (await ApplyAsync(wrong, new() { Recreate = true })).Reason.Should().Be("Invalid");
        var mistaken = Selecting("web", "other", ns);
        mistaken.Json["spec"]!["template"]!["metadata"]!["labels"]!["app"] = "neither";
        (await ApplyAsync(mistaken, new() { Recreate = true })).Outcome.Should().Be(ApplyOutcome.Failed);
        (await UidAsync(wrong.Ref)).Should().Be(first, "what the cluster would not take must not cost what runs");
    }

    [Fact]
    public async Task StatefulSet_OfTheSameSelector_KeepsItsPods()
    {
        var ns = await _cluster.NamespaceAsync();
        await CreateAsync(StatefulSet(ns, "one"));
        await FleetUnderTest.UntilAsync(async () => await UidAsync(new("v1", "Pod", ns, "db-0")) is not null, "the pod of the StatefulSet");
        var pod = await UidAsync(new("v1", "Pod", ns, "db-0"));
        var refused = await ApplyAsync(StatefulSet(ns, "two"));
        refused.Should().Match<ObjectApplied>(o => o.Reason == "ImmutableField");
        (await ApplyAsync(StatefulSet(ns, "two", Allowed))).Outcome.Should().Be(ApplyOutcome.Recreated);
        (await UidAsync(new("v1", "Pod", ns, "db-0"))).Should().Be(pod, "the new one takes the pods over");
    }

    [Fact]
    public async Task Plan_SaysThatItWouldBeRecreated_OrWhyNot()
    {
        var ns = await _cluster.NamespaceAsync();
        await CreateAsync(Deployment("web", ns: ns));
        var changed = Selecting("web", "other", ns);
        (await _cluster.Fleet.Planner.DryRunAsync("edge", [changed])).Single().Problem!.Message.Should().Contain("cannot be changed once it exists");
        var planned = (await _cluster.Fleet.Planner.DryRunAsync("edge", [changed], new() { Recreate = true })).Single();
        planned.Problem.Should().BeNull();
        planned.Note.Should().Be("deleted and created anew, since spec.selector cannot be changed");
    }

    protected async Task<string> CreateAsync(Manifest manifest)
    {
        var applied = await ApplyAsync(manifest);
        applied.Outcome.Should().Be(ApplyOutcome.Created, applied.Message);
        return (await UidAsync(manifest.Ref))!;
    }

    protected async Task<ObjectApplied> ApplyAsync(Manifest manifest, ApplyOptions? options = null) =>
        (await _cluster.Fleet.Applier.ApplyAllAsync("edge", [manifest], options ?? new())).Objects.Single();

    protected async Task<string?> UidAsync(ObjectRef reference) => (await Client.GetAsync(reference))?["metadata"]?["uid"]?.ToString();

    private static Manifest Selecting(string name, string app, string ns)
    {
        var deployment = Deployment(name, ns: ns);
        deployment.Json["spec"]!["selector"]!["matchLabels"]!["app"] = app;
        deployment.Json["spec"]!["template"]!["metadata"]!["labels"]!["app"] = app;
        return deployment;
    }

    private static Manifest StatefulSet(string ns, string service, string annotation = "a: b") => Of($$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: db, namespace: {{ns}}, labels: { kairship.io/application: shop }, annotations: { {{annotation}} } }
        spec:
          serviceName: {{service}}
          replicas: 1
          selector: { matchLabels: { app: db } }
          template:
            metadata: { labels: { app: db } }
            spec: { containers: [ { name: db, image: "example.test/db:1" } ] }
        """);

    protected static Manifest Claim(string ns, string mode, string annotation = "a: b") => Of($$"""
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: data, namespace: {{ns}}, labels: { kairship.io/application: shop }, annotations: { {{annotation}} } }
        spec: { accessModes: [{{mode}}], storageClassName: none, resources: { requests: { storage: 1Gi } } }
        """);
}

public sealed class SimulatedRecreationTests(Simulated cluster) : RecreationTests(cluster), IClassFixture<Simulated>;

[Collection(RealCollection.Name)]
public sealed class RealRecreationTests(Real cluster) : RecreationTests(cluster)
{
    [Fact]
    public async Task Claim_NeedsThePermissionOfItsOwnManifest()
    {
        var ns = await cluster.NamespaceAsync();
        var first = await CreateAsync(Claim(ns, "ReadWriteOnce"));
        var refused = await ApplyAsync(Claim(ns, "ReadWriteMany"), new() { Recreate = true });
        refused.Reason.Should().Be("ImmutableField");
        refused.Message.Should().Contain("with all that is in it").And.NotContain("spec.apply.recreate");
        (await UidAsync(Claim(ns, "ReadWriteOnce").Ref)).Should().Be(first);
        var allowed = await ApplyAsync(Claim(ns, "ReadWriteMany", Allowed));
        allowed.Outcome.Should().Be(ApplyOutcome.Recreated, allowed.Message);
        (await UidAsync(Claim(ns, "ReadWriteOnce").Ref)).Should().NotBe(first);
    }
}
