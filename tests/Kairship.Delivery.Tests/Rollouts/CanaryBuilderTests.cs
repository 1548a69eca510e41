using CsCheck;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Rollouts;

public sealed class CanaryBuilderTests
{
    private static readonly Dictionary<string, int> Two = new() { ["Deployment/web"] = 2 };

    private static readonly Gen<Manifest[]> GenManifests = Gen.Select(
        Gen.OneOf(Gen.Const("web"), Gen.Const("api"), Gen.Const("web-canary"), Gen.Const("c"), Gen.Const("c-canary")), Gen.Int[0, 4], Gen.Int[0, 2])
        .Select((name, kind, version) => kind switch
        {
            0 or 1 => Make.Deployment(name, $"x:{version}", config: version == 0 ? null : "c"),
            2 => Make.Object("ConfigMap", name, data: $"{{v: '{version}'}}"),
            3 => Make.Object("Secret", name, data: $"{{v: 'dg{version}='}}"),
            _ => Make.Object("StatefulSet", name, apiVersion: "apps/v1", data: $"{{v: '{version}'}}"),
        })
        .Array[0, 8].Select(manifests => manifests.DistinctBy(m => m.Ref.Identity).ToArray());

    [Fact]
    public void Build_ChangedImage_RunsBesideStable()
    {
        var set = Build([Make.Deployment("web", "web:1", 5)], [Make.Deployment("web", "web:2", 5)]);

        set.Workloads.Should().Equal("Deployment/web");
        var canary = set.Manifests.Should().ContainSingle().Subject;
        canary.Ref.ToString().Should().Be("Deployment/prod/web-canary");
        canary.At("metadata/labels")!.ToJsonString().Should().Be(
            """{"kairship.io/application":"shop","app.kubernetes.io/managed-by":"kairship","kairship.io/track":"canary","kairship.io/release":"shop-7"}""");
        canary.At("spec/replicas")!.GetValue<int>().Should().Be(2);
        canary.At("spec/selector/matchLabels")!.ToJsonString().Should().Be("""{"app":"web","kairship.io/track":"canary"}""");
        canary.At("spec/template/metadata/labels")!.ToJsonString().Should().Be("""{"app":"web","kairship.io/track":"canary"}""");
        canary.At("spec/template/spec/containers/0/image")!.ToString().Should().Be("web:2");
    }

    [Fact]
    public void Build_NothingChanged_IsEmpty()
    {
        var set = Build([Make.Deployment("web")], [Make.Deployment("web")]);

        (set.Manifests.Count, set.Workloads.Count, set.NotCanaried.Count).Should().Be((0, 0, 0));
    }

    [Fact]
    public void Build_OnlyReferencedConfigChanged_CopiesItAndRewritesTheReference()
    {
        var set = Build(
            [Make.Deployment("web", config: "settings"), Make.Object("ConfigMap", "settings", data: "{a: '1'}")],
            [Make.Deployment("web", config: "settings"), Make.Object("ConfigMap", "settings", data: "{a: '2'}")]);

        set.Manifests.Select(m => m.Ref.ToString()).Should().Equal("ConfigMap/prod/settings-canary", "Deployment/prod/web-canary");
        set.Manifests[0].At("data/a")!.ToString().Should().Be("2");
        set.Manifests[1].At("spec/template/spec/containers/0/envFrom/0/configMapRef/name")!.ToString().Should().Be("settings-canary");
        set.NotCanaried.Should().BeEmpty();
    }

    [Fact]
    public void Build_EveryKindOfReference_IsRewritten()
    {
        const string Web = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  imagePullSecrets: [{name: s}]
                  initContainers: [{name: i, image: i, envFrom: [{secretRef: {name: s}}]}]
                  containers:
                  - name: w
                    image: w
                    env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: a}}}, {name: B, valueFrom: {secretKeyRef: {name: s, key: a}}}, {name: C, value: c}]
                    envFrom: [{configMapRef: {name: c}}, {configMapRef: {name: unchanged}}]
                  volumes:
                  - {name: c, configMap: {name: c}}
                  - {name: s, secret: {secretName: s}}
                  - {name: p, projected: {sources: [{configMap: {name: c}}, {secret: {name: s}}]}}
            """;
        IReadOnlyList<Manifest> With(string value) =>
            [.. Make.Yaml(Web), Make.Object("ConfigMap", "c", data: $"{{a: '{value}'}}"), Make.Object("Secret", "s", data: $"{{a: '{value}'}}"), Make.Object("ConfigMap", "unchanged")];

        var pod = Build(With("1"), With("2")).Manifests.Single(m => m.Ref.Kind == "Deployment").At("spec/template/spec")!;

        ManifestParser.CanonicalJson(pod).Should().Be(ManifestParser.CanonicalJson(Make.Yaml(Web
            .Replace("name: c, key", "name: c-canary, key", StringComparison.Ordinal).Replace("name: s, key", "name: s-canary, key", StringComparison.Ordinal)
            .Replace("Ref: {name: c}", "Ref: {name: c-canary}", StringComparison.Ordinal).Replace("Ref: {name: s}", "Ref: {name: s-canary}", StringComparison.Ordinal)
            .Replace("configMap: {name: c}", "configMap: {name: c-canary}", StringComparison.Ordinal).Replace("secretName: s", "secretName: s-canary", StringComparison.Ordinal)
            .Replace("secret: {name: s}", "secret: {name: s-canary}", StringComparison.Ordinal).Replace("[{name: s}]", "[{name: s-canary}]", StringComparison.Ordinal))[0].At("spec/template/spec")!));
    }

    [Fact]
    public void Build_NewObjects_AreThereUnderTheirOwnNameWithTheTrack()
    {
        var set = Build(
            [Make.Deployment("web")],
            [Make.Deployment("web", "web:2"), Make.Deployment("new", "new:1", 3), Make.Object("ServiceAccount", "sa"), Make.Object("ConfigMap", "fresh"), Make.Object("Service", "new")]);

        set.Manifests.Select(m => m.Ref.ToString()).Should().Equal(
            "ServiceAccount/prod/sa", "ConfigMap/prod/fresh", "Service/prod/new", "Deployment/prod/new", "Deployment/prod/web-canary");
        set.Manifests.Should().OnlyContain(m => m.At("metadata/labels/kairship.io~track")!.ToString() == "canary" && m.At("metadata/labels/kairship.io~release")!.ToString() == "shop-7");
        set.Manifests.Single(m => m.Ref.Name == "new" && m.Ref.Kind == "Deployment").At("spec/replicas")!.ToString().Should().Be("3");
        set.Workloads.Should().Equal("Deployment/web");
        set.Deployments.Should().HaveCount(2);
    }

    [Fact]
    public void Build_WhatCannotBeTried_IsToldWithTheReason()
    {
        var set = Build(
            [Make.Object("StatefulSet", "db", apiVersion: "apps/v1", data: "{v: '1'}"), Make.Deployment("web", replicas: 1), Make.Object("ConfigMap", "lonely", data: "{v: '1'}"), Make.Object("Service", "gone")],
            [Make.Object("StatefulSet", "db", apiVersion: "apps/v1", data: "{v: '2'}"), Make.Deployment("web", replicas: 2), Make.Object("ConfigMap", "lonely", data: "{v: '2'}"), Make.Autoscaler("web2")]);

        set.Manifests.Should().BeEmpty();
        set.NotCanaried.Select(text => text.Split(',', ':')[0]).Should().Equal("ConfigMap/lonely", "Deployment/web", "HorizontalPodAutoscaler/web2", "Service/gone", "StatefulSet/db");
        set.NotCanaried[^1].Should().Be("StatefulSet/db: changes only at promotion: its pods own identities and volumes, which two revisions cannot share.");
    }

    [Fact]
    public void Build_TakenCanaryName_IsAvoided()
    {
        Manifest[] stable = [Make.Deployment("web"), Make.Deployment("web-canary")];

        var set = Build(stable, [Make.Deployment("web", "web:2"), Make.Deployment("web-canary")]);

        set.Manifests.Should().ContainSingle().Which.Ref.Name.Should().NotBe("web-canary").And.EndWith("-canary");
    }

    [Fact]
    public void Build_AutoscaledWorkloadWithoutACount_GetsOnePod() =>
        Build([Make.Deployment("x"), Make.Autoscaler("x")], [Make.Deployment("x", "x:2"), Make.Autoscaler("x")]).Manifests[0].At("spec/replicas")!.ToString().Should().Be("1");

    [Fact]
    public void Build_NeverNamesAStableObject() => Gen.Select(GenManifests, GenManifests).Sample((stable, target) =>
    {
        var existing = Rendered(stable).Select(m => m.Ref.Identity).ToHashSet();
        var set = Build(stable, target);
        return set.Manifests.All(m => !existing.Contains(m.Ref.Identity))
            && set.Manifests.Select(m => m.Ref.Identity).Distinct().Count() == set.Manifests.Count
            && set.Manifests.All(m => m.Json["metadata"]!["labels"]![KairshipLabels.Track]!.ToString() == KairshipLabels.Canary);
    });

    [Fact]
    public void Build_Twice_IsTheSame() => Gen.Select(GenManifests, GenManifests).Sample((stable, target) =>
        ManifestParser.Digest(Build(stable, target).Manifests) == ManifestParser.Digest(Build(stable.Reverse().ToArray(), target.Reverse().ToArray()).Manifests));

    [Fact]
    public void Build_ServiceSelectorOfStable_StillMatchesCanaryPods() => Gen.Select(GenManifests, GenManifests).Sample((stable, target) =>
        Build(stable, target).Manifests.Where(m => m.Ref.Kind == "Deployment" && m.Ref.Name.EndsWith("-canary", StringComparison.Ordinal) && m.At("spec/selector/matchLabels/kairship.io~track") is not null)
            .All(m => target.Any(t => m.At("spec/template/metadata/labels/app")!.ToString() == t.Ref.Name)));

    [Theory]
    [InlineData("web", "web-canary")]
    [InlineData("a23456789b23456789c23456789d23456789e23456789f23456789", "a23456789b23456789c23456789d23456789e23456789f23456789-canary")]
    public void CanaryName_Short_HasTheSuffix(string name, string expected) => CanaryBuilder.CanaryName(name).Should().Be(expected);

    [Fact]
    public void CanaryName_AnyLength_IsADnsLabelAndDistinct() => Gen.Select(Gen.Char["ab-"].Array[0, 62], Gen.Char["ab-"].Array[0, 62]).Sample((a, b) =>
    {
        var (x, y) = ($"a{new string(a).TrimEnd('-')}", $"a{new string(b).TrimEnd('-')}");
        return DnsName.IsLabel(CanaryBuilder.CanaryName(x)) && (x == y) == (CanaryBuilder.CanaryName(x) == CanaryBuilder.CanaryName(y));
    });

    private static CanarySet Build(IReadOnlyList<Manifest> stable, IReadOnlyList<Manifest> target) => CanaryBuilder.Build("shop-7", Rendered(stable), Rendered(target), Two);

    private static IReadOnlyList<Manifest> Rendered(IReadOnlyList<Manifest> manifests) =>
        Renderer.Render(Make.Application(), manifests, Make.Cluster("a"), new Dictionary<string, int>(), _ => true);
}
