using System.Text.Json.Nodes;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Tests.Drift;

public sealed class DriftRulesTests
{
    private static readonly IReadOnlySet<string> Nobody = new HashSet<string>();

    private static Manifest Released => Manifest.From(Make.Json(
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","annotations":{"a/b":"1"}},"spec":{"replicas":2,"paused":false}}"""));

    [Fact]
    public void Wanted_ReplicasOfAnAutoscaler_AreThoseThatAreThere() =>
        Wanted(Live(replicas: 7), autoscaled: ["Deployment/web"])["spec"]!["replicas"]!.GetValue<int>().Should().Be(7);

    [Fact]
    public void Wanted_ReplicasOfAnotherAutoscalersWorkload_AreThoseReleased() =>
        Wanted(Live(replicas: 7), autoscaled: ["StatefulSet/web", "Deployment/api"])["spec"]!["replicas"]!.GetValue<int>().Should().Be(2);

    [Theory]
    [InlineData("kube-controller-manager", "scale", 7)]
    [InlineData("kubectl", "scale", 7)]
    [InlineData("kairship", "scale", 2)]
    [InlineData("kubectl", "", 2)]
    public void Wanted_ReplicasSetThroughTheScaleSubresource_AreThoseThatAreThere(string manager, string subresource, int expected)
    {
        var live = Live(replicas: 7);
        live["metadata"]!["managedFields"] = new JsonArray(Entry(manager, subresource, """{"f:spec":{"f:replicas":{}}}"""));
        Wanted(live)["spec"]!["replicas"]!.GetValue<int>().Should().Be(expected);
    }

    [Fact]
    public void Wanted_IgnoredFields_AreThoseThatAreThere_AndAbsentWhereTheyAreNot()
    {
        var policy = new DriftPolicy { Ignore = ["/metadata/annotations/a~1b", "/spec/paused", "/spec/nothing/0"] };
        var live = Make.Json("""{"metadata":{"annotations":{"a/b":"9"}},"spec":{"replicas":2}}""");
        var wanted = DriftRules.Wanted(Released, live, policy, Nobody).Json;
        wanted["metadata"]!["annotations"]!["a/b"]!.ToString().Should().Be("9");
        wanted["spec"]!.AsObject().ContainsKey("paused").Should().BeFalse();
        wanted["spec"]!["replicas"]!.GetValue<int>().Should().Be(2);
        Released.Json["spec"]!.AsObject().ContainsKey("paused").Should().BeTrue("what was released is not touched");
    }

    [Fact]
    public void Wanted_OfWhatIsMissing_IsAllThatWasReleased() =>
        DriftRules.Wanted(Released, null, new DriftPolicy { Ignore = ["/spec/replicas"] }, new HashSet<string> { "Deployment/web" }).Json["spec"]!["replicas"]!.GetValue<int>().Should().Be(2);

    [Fact]
    public void Compare_SaysWhatIs_WhatWasReleased_AndWhoOwnsIt()
    {
        var live = Make.Json("""{"spec":{"template":{"c":[{"name":"web","image":"x:9"}]},"replicas":2},"status":{"a":1}}""");
        live["metadata"] = new JsonObject
        {
            ["managedFields"] = new JsonArray(
                Entry("kairship", "", """{"f:spec":{"f:replicas":{}}}""", "2026-01-01T00:00:00Z"),
                Entry("kubectl-edit", "", """{"f:spec":{"f:template":{"f:c":{"k:{\"name\":\"web\"}":{"f:image":{}}}}}}""", "2026-01-02T00:00:00Z"),
                Entry("other", "", """{"f:spec":{"f:template":{"f:c":{"k:{\"name\":\"api\"}":{"f:image":{}}}}}}""", "2026-01-03T00:00:00Z")),
        };
        var applied = Make.Json("""{"spec":{"template":{"c":[{"name":"web","image":"x:1"}]},"replicas":2},"status":{"a":2}}""");
        var drifted = DriftRules.Compare(Released.Ref, live, applied, new DriftPolicy());
        drifted!.Kind.Should().Be(DriftKind.Changed);
        drifted.Changes.Select(c => $"{c.Path} {c.Before} {c.After}").Should().Equal(".spec.template.c[name=web].image \"x:9\" \"x:1\"");
        drifted.Managers.Should().Equal("kubectl-edit");
    }

    [Fact]
    public void Compare_WhatNobodyOwnsAnyMore_WasTakenAwayByWhoeverWroteLast()
    {
        var live = Make.Json("""{"spec":{}}""");
        live["metadata"] = new JsonObject
        {
            ["managedFields"] = new JsonArray(
                Entry("kubectl-edit", "", """{"f:spec":{"f:replicas":{}}}""", "2026-01-01T00:00:00Z"), Entry("kubectl-patch", "", """{"f:metadata":{}}""", "2026-01-02T00:00:00Z"),
                Entry("kube-controller-manager", "status", """{"f:status":{}}""", "2026-01-03T00:00:00Z")),
        };
        DriftRules.Compare(Released.Ref, live, Make.Json("""{"spec":{"paused":true}}"""), new DriftPolicy())!.Managers.Should().Equal("kubectl-patch");
    }

    [Fact]
    public void Compare_SameIgnoredOrOnlyTheServers_IsNoDrift()
    {
        var policy = new DriftPolicy { Ignore = ["/spec/paused"] };
        DriftRules.Compare(Released.Ref, Make.Json("""{"metadata":{"resourceVersion":"1"},"spec":{"paused":true}}"""), Make.Json("""{"metadata":{"resourceVersion":"2"},"spec":{"paused":false}}"""), policy).Should().BeNull();
        DriftRules.Compare(Released.Ref, null, null, policy)!.Kind.Should().Be(DriftKind.Missing);
    }

    [Theory]
    [InlineData("/a", true)]
    [InlineData("/a~1b/~0/0", true)]
    [InlineData("/", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    [InlineData("/a~2", false)]
    public void IsPointer_IsRfc6901(string text, bool expected) => JsonPointer.IsPointer(text).Should().Be(expected);

    private static JsonObject Wanted(JsonObject live, params string[] autoscaled) =>
        DriftRules.Wanted(Released, live, new DriftPolicy(), autoscaled.ToHashSet()).Json;

    private static JsonObject Live(int replicas) => Make.Json($$$"""{"metadata":{"name":"web"},"spec":{"replicas":{{{replicas}}}}}""");

    private static JsonObject Entry(string manager, string subresource, string fields, string time = "2026-01-01T00:00:00Z") => new()
    {
        ["manager"] = manager, ["operation"] = "Update", ["subresource"] = subresource.Length == 0 ? null : subresource, ["time"] = time, ["fieldsV1"] = Make.Json(fields),
    };
}
