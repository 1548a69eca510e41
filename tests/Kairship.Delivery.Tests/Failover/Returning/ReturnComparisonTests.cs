using CsCheck;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Tests.Failover.Returning;

public sealed class ReturnComparisonTests
{
    private static readonly ReturnExpectation Here = new("here", [Ref("Deployment", "web", "apps/v1"), Ref("ConfigMap", "web")], PurgeMode.Gracefully, 5);
    private static readonly ReturnExpectation[] Known =
        [Here, new("gone", null, PurgeMode.Gracefully, 5), new("careful", null, PurgeMode.Never, 5)];

    private static readonly Gen<ReturningObject> GenObject = Gen.Select(
        Gen.Int[0, 5].Select(i => new[] { "Deployment", "StatefulSet", "DaemonSet", "ConfigMap", "PersistentVolumeClaim", "Namespace" }[i]), Gen.Int[0, 4].Select(i => new[] { "here", "gone", "careful", "unknown", null }[i]), Gen.Bool,
        Gen.Int[0, 3], Gen.Int[0, 9], Gen.Bool, Make.GenName)
        .Select((kind, application, isApplied, replicas, release, isControlled, name) => new ReturningObject(
            Ref(kind, name, kind is "Deployment" or "StatefulSet" or "DaemonSet" ? "apps/v1" : "v1"), application, isApplied, kind is "Deployment" or "StatefulSet" ? replicas : null, release, isControlled)
        {
            RunsPods = kind is "Deployment" or "StatefulSet" or "DaemonSet",
        });

    [Theory]
    [InlineData("here", "Deployment", "web", ReturnAction.Keep, "belongs to here here")]
    [InlineData("here", "Deployment", "old", ReturnAction.Delete, "is of an earlier revision of here")]
    [InlineData("gone", "Deployment", "web", ReturnAction.Delete, "is of gone, which is elsewhere now")]
    [InlineData("gone", "ConfigMap", "web", ReturnAction.Delete, "elsewhere")]
    [InlineData("gone", "StatefulSet", "db", ReturnAction.ScaleToZero, "it would run twice")]
    [InlineData("gone", "PersistentVolumeClaim", "disk", ReturnAction.Keep, "data are never deleted")]
    [InlineData("gone", "Namespace", "shop", ReturnAction.Keep, "others' objects would go with it")]
    [InlineData("careful", "Deployment", "web", ReturnAction.ScaleToZero, "it would run twice")]
    [InlineData("careful", "DaemonSet", "agent", ReturnAction.Hold, "purgeMode Never")]
    [InlineData("careful", "ConfigMap", "web", ReturnAction.Keep, "purgeMode Never")]
    [InlineData("unknown", "Deployment", "web", ReturnAction.Hold, "which Kairship does not know any more")]
    [InlineData(null, "Deployment", "web", ReturnAction.Foreign, "is not Kairship's")]
    public void Object_Table(string? application, string kind, string name, ReturnAction action, string sentence)
    {
        var live = new ReturningObject(Ref(kind, name, kind is "Deployment" or "StatefulSet" or "DaemonSet" ? "apps/v1" : "v1"), application, true, kind is "Deployment" or "StatefulSet" ? 2 : null, 4)
        {
            RunsPods = kind is "Deployment" or "StatefulSet" or "DaemonSet",
        };
        var item = ReturnComparison.Of("a", [live], Known).Items.Single();
        item.Action.Should().Be(action);
        item.Sentence.Should().Contain(sentence);
        ReturnComparison.Of("a", [live with { IsApplied = false }], Known).Items.Single().Action.Should().Be(ReturnAction.Foreign, "a label alone is no proof");
        ReturnComparison.Of("a", [live with { IsControlled = true }], Known).Items.Should().BeEmpty();
        if (application is "here" or "gone" or "careful")
        {
            ReturnComparison.Of("a", [live with { Release = 6 }], Known).Items.Single().Action.Should().Be(ReturnAction.Hold, "Kairship may have been set back");
        }
    }

    [Fact]
    public void Fence_ScalesDownFirst_ThenDeletesInReverseOrder()
    {
        var comparison = ReturnComparison.Of(
            "a",
            [Live("ConfigMap", "cfg"), Live("Service", "svc"), Live("Deployment", "web", "apps/v1", 2), Live("StatefulSet", "db", "apps/v1", 1), Live("StatefulSet", "idle", "apps/v1", 0)], Known);
        comparison.Fence.Select(i => $"{i.Action} {i.Ref.Kind}").Should().Equal("ScaleToZero StatefulSet", "Delete Deployment", "Delete Service", "Delete ConfigMap");
        comparison.IsClean.Should().BeFalse();
        comparison.IsCleanFor("gone").Should().BeFalse();
        comparison.IsCleanFor("here").Should().BeTrue();
        ReturnComparison.Of("a", [Live("StatefulSet", "idle", "apps/v1", 0)], Known).IsClean.Should().BeTrue();
        ReturnComparison.Of("a", [], Known, ["secrets: forbidden"]).IsCleanFor("here").Should().BeFalse();
    }

    [Fact]
    public void From_ReadsALiveObject()
    {
        var live = Make.Yaml("""
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              namespace: shop
              labels: {kairship.io/application: gone, kairship.io/track: canary}
              annotations: {kairship.io/epoch: "9", kairship.io/release: "gone-4"}
              managedFields: [{manager: kubectl, operation: Update}, {manager: kairship, operation: Apply}]
            spec: {replicas: 3, template: {spec: {containers: [{name: web, image: web}]}}}
            """)[0];
        ReturningObject.From(live, "kairship").Should().Be(new ReturningObject(live.Ref, "gone", true, 3, 4) { IsCanary = true, RunsPods = true });
        ReturningObject.From(live, "kubectl").IsApplied.Should().BeFalse("it updated, and applied nothing");
        var pod = Make.Yaml("{apiVersion: v1, kind: Pod, metadata: {name: p, ownerReferences: [{kind: ReplicaSet, name: r, controller: true}]}, spec: {containers: [{name: c}]}}")[0];
        ReturningObject.From(pod, "kairship").Should().Match<ReturningObject>(o => o.IsControlled && !o.IsApplied && o.Application == null && o.Release == null);
    }

    [Fact]
    public void Fence_HasOnlyWhatKairshipApplied_OfApplicationsItKnows_AndNeverDataOrNamespaces() => GenObject.Array[0, 12].Sample(live =>
    {
        var objects = live.DistinctBy(o => o.Ref.Identity).ToList();
        var comparison = ReturnComparison.Of("a", objects, Known);
        comparison.Items.Should().HaveCount(objects.Count(o => !o.IsControlled));
        foreach (var item in comparison.Fence)
        {
            var found = objects.Single(o => o.Ref == item.Ref);
            found.Should().Match<ReturningObject>(o => o.IsApplied && !o.IsControlled && (o.Application == "here" || o.Application == "gone" || o.Application == "careful") && o.Release <= 5);
            item.Ref.Kind.Should().NotBe("Namespace").And.NotBe("PersistentVolumeClaim");
            (item.Action == ReturnAction.Delete && (item.Application == "careful" || item.Ref.Kind == "StatefulSet")).Should().BeFalse();
            (item.Application == "here" && Here.Objects!.Contains(item.Ref)).Should().BeFalse();
        }

        comparison.Items.Where(i => i.Action is ReturnAction.Keep && i.Application is "gone" or "careful")
            .All(i => objects.Single(o => o.Ref == i.Ref).Replicas is null or 0).Should().BeTrue();
    });

    private static ReturningObject Live(string kind, string name, string apiVersion = "v1", int? replicas = null) =>
        new(Ref(kind, name, apiVersion), "gone", true, replicas, 4) { RunsPods = replicas is not null };

    private static ObjectRef Ref(string kind, string name, string apiVersion = "v1") => new(apiVersion, kind, "shop", name);
}
