using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Tests.Plans;

public sealed class RendererTests
{
    private static readonly ClusterFacts Cluster = Make.Cluster("a");

    [Fact]
    public void Render_Namespace_IsFilledInWhereAKindHasOne()
    {
        var rendered = Render(
            Make.Deployment("web"), Make.Object("ConfigMap", "elsewhere", "other"), Make.Object("Namespace", "prod", "wrong"),
            Make.Object("ClusterRole", "r", apiVersion: "rbac.authorization.k8s.io/v1"));

        rendered.Select(m => m.Ref.ToString()).Should().Equal("Namespace/prod", "ClusterRole/r", "ConfigMap/other/elsewhere", "Deployment/prod/web");
    }

    [Theory]
    [InlineData(true, "prod")]
    [InlineData(false, null)]
    [InlineData(null, "prod")]
    public void Render_CustomKind_IsAskedFor(bool? answer, string? expected)
    {
        var rendered = Renderer.Render(
            Make.Application(), [Make.Object("Widget", "w", apiVersion: "example.com/v1"), Make.Object("ConfigMap", "c")], Cluster, None,
            reference => reference.Kind == "Widget" ? answer : throw new InvalidOperationException("built-in kinds are not asked for"));

        rendered.Single(m => m.Ref.Kind == "Widget").Ref.Namespace.Should().Be(expected);
    }

    [Fact]
    public void Render_CustomKindDefinedInTheSameSet_HasTheDefinitionsScope()
    {
        var definition = Make.Yaml("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec: {group: example.com, scope: Cluster, names: {kind: Widget, plural: widgets}}
            """)[0];

        Render(Make.Object("Widget", "w", apiVersion: "example.com/v1"), definition).Select(m => m.Ref.ToString())
            .Should().Equal("CustomResourceDefinition/widgets.example.com", "Widget/w");
    }

    [Fact]
    public void Render_Labels_AreOnTheObjectsMetadataOnly()
    {
        var web = Render(Make.Deployment("web"))[0];

        web.At("metadata/labels")!.ToJsonString().Should().Be("""{"kairship.io/application":"shop","app.kubernetes.io/managed-by":"kairship"}""");
        web.At("spec/template/metadata/labels")!.ToJsonString().Should().Be("""{"app":"web"}""");
        web.At("spec/selector/matchLabels")!.ToJsonString().Should().Be("""{"app":"web"}""");
    }

    [Fact]
    public void Render_Replicas_AreSetUnlessAnAutoscalerDoes()
    {
        var rendered = Renderer.Render(
            Make.Application(), [Make.Deployment("web", replicas: 3), Make.Deployment("auto", replicas: 3), Make.Deployment("own", replicas: 7), Make.Autoscaler("auto")], Cluster,
            new Dictionary<string, int> { ["Deployment/web"] = 5, ["Deployment/auto"] = 5 }, _ => null);

        rendered.Where(m => m.Ref.Kind == "Deployment").Select(m => (m.Ref.Name, m.At("spec/replicas")?.ToString()))
            .Should().Equal(("auto", null), ("own", "7"), ("web", "5"));
    }

    [Fact]
    public void Render_WhatOnlyAServerWrites_IsDropped()
    {
        var dumped = Make.Yaml("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: c, uid: u, resourceVersion: '5', creationTimestamp: null, generation: 3, managedFields: [{}], selfLink: /x}
            status: {}
            """);

        Render([.. dumped])[0].Json.ToJsonString().Should().Be(
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"prod","labels":{"kairship.io/application":"shop","app.kubernetes.io/managed-by":"kairship"}}}""");
    }

    [Fact]
    public void Render_Overrides_AreTheClusters()
    {
        var application = Make.Application() with
        {
            Overrides = [new OverrideRule(new ClusterAffinity(["a"]), [new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "9")])],
        };
        string Image(string cluster) => Renderer.Render(application, [Make.Deployment("web")], Make.Cluster(cluster), None, _ => null)[0].At("spec/template/spec/containers/0/image")!.ToString();

        (Image("a"), Image("b")).Should().Be(("web:9", "web:1"));
    }

    [Fact]
    public void Render_OrderOfTheSource_DoesNotCount()
    {
        Manifest[] manifests = [Make.Autoscaler("web"), Make.Deployment("web"), Make.Object("Secret", "s"), Make.Object("ConfigMap", "c"), Make.Object("Namespace", "prod")];

        Render(manifests.Reverse().ToArray()).Select(m => m.Json.ToJsonString()).Should().Equal(Render(manifests).Select(m => m.Json.ToJsonString()));
    }

    [Fact]
    public void Render_InputIsNotChanged()
    {
        var web = Make.Deployment("web");
        var before = web.Json.ToJsonString();

        Render(web);

        web.Json.ToJsonString().Should().Be(before);
    }

    [Fact]
    public void Render_SameObjectWithAndWithoutNamespace_IsRefused() => FluentActions
        .Invoking(() => Render(Make.Object("ConfigMap", "c"), Make.Object("ConfigMap", "c", "prod")))
        .Should().Throw<ManifestException>().WithMessage("ConfigMap/prod/c is given twice*");

    [Fact]
    public void Render_WorkloadsOfOneNameInTwoNamespaces_AreRefused() => FluentActions
        .Invoking(() => Render(Make.Deployment("web"), Make.Deployment("web", space: "other")))
        .Should().Throw<ManifestException>().WithMessage("*told apart by kind and name*");

    private static readonly Dictionary<string, int> None = [];

    private static IReadOnlyList<Manifest> Render(params Manifest[] manifests) => Renderer.Render(Make.Application(), manifests, Cluster, None, _ => null);
}
