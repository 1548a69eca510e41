using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Tests.Overrides;

public sealed class OverrideApplierTests
{
    private const string Digest = "sha256:50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";
    private static readonly ClusterFacts Cluster = Make.Cluster("a", "provider=x");

    [Theory]
    [InlineData("ghcr.io/team/app:1", ImageComponent.Registry, OverrideOperator.Replace, "mirror.example", "mirror.example/team/app:1")]
    [InlineData("app:1", ImageComponent.Registry, OverrideOperator.Add, "mirror.example", "mirror.example/app:1")]
    [InlineData("ghcr.io/app:1", ImageComponent.Registry, OverrideOperator.Add, ":443", "ghcr.io:443/app:1")]
    [InlineData("ghcr.io/app:1", ImageComponent.Registry, OverrideOperator.Remove, null, "app:1")]
    [InlineData("app:1", ImageComponent.Registry, OverrideOperator.Replace, "mirror.example/proxy", "mirror.example/proxy/app:1")]
    [InlineData("ghcr.io/app:1", ImageComponent.Repository, OverrideOperator.Replace, "other/app", "ghcr.io/other/app:1")]
    [InlineData("ghcr.io/app:1", ImageComponent.Repository, OverrideOperator.Add, "-slim", "ghcr.io/app-slim:1")]
    [InlineData("app:1", ImageComponent.Tag, OverrideOperator.Replace, "2", "app:2")]
    [InlineData("app:1", ImageComponent.Tag, OverrideOperator.Add, "-arm64", "app:1-arm64")]
    [InlineData("app:1", ImageComponent.Tag, OverrideOperator.Remove, null, "app")]
    [InlineData("app:1", ImageComponent.Tag, OverrideOperator.Replace, Digest, "app@" + Digest)]
    [InlineData("app@" + Digest, ImageComponent.Tag, OverrideOperator.Replace, "2", "app:2")]
    public void Apply_ComponentAndOperator_FollowKarmada(string image, ImageComponent component, OverrideOperator op, string? value, string expected) =>
        Image(Apply([Make.Deployment("web", image)], new ImageOverrider(component, op, value))[0]).Should().Be(expected);

    [Fact]
    public void Apply_OtherCluster_ChangesNothing()
    {
        var rule = new OverrideRule(new ClusterAffinity(["b"]), [new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "2")]);

        Image(OverrideApplier.Apply([Make.Deployment("web", "app:1")], [rule], Cluster)[0]).Should().Be("app:1");
    }

    [Fact]
    public void Apply_NamedContainer_LeavesTheOthers() =>
        Image(Apply([Make.Deployment("web", "app:1")], new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "2", "sidecar"))[0]).Should().Be("app:1");

    [Fact]
    public void Apply_SeveralRules_ActOnTheResultOfTheOneBefore() => Image(Apply(
        [Make.Deployment("web", "app:1")],
        new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "2"), new ImageOverrider(ImageComponent.Tag, OverrideOperator.Add, "-eu"))[0]).Should().Be("app:2-eu");

    [Fact]
    public void Apply_CronJobAndInitContainers_AreChangedAndTheInputIsNot()
    {
        var job = Make.Yaml("""
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: j}
            spec: {jobTemplate: {spec: {template: {spec: {initContainers: [{name: i, image: 'init:1'}], containers: [{name: c, image: 'main:1'}]}}}}}
            """);

        var spec = Apply(job, new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "2"))[0].At("spec/jobTemplate/spec/template/spec")!;

        spec["initContainers"]![0]!["image"]!.ToString().Should().Be("init:2");
        spec["containers"]![0]!["image"]!.ToString().Should().Be("main:2");
        job[0].Json.ToJsonString().Should().Contain("main:1");
    }

    [Fact]
    public void Apply_WhatWouldNotBeAnImage_IsRefused() => FluentActions
        .Invoking(() => Apply([Make.Deployment("web", "app:1")], new ImageOverrider(ImageComponent.Tag, OverrideOperator.Replace, "not a tag")))
        .Should().Throw<ManifestException>().WithMessage("Deployment/web: the override Replace Tag 'not a tag' makes*");

    private static IReadOnlyList<Manifest> Apply(IReadOnlyList<Manifest> manifests, params ImageOverrider[] overriders) =>
        OverrideApplier.Apply(manifests, [new OverrideRule(new ClusterAffinity(), overriders)], Cluster);

    private static string Image(Manifest manifest) => manifest.At("spec/template/spec/containers/0/image")!.ToString();
}
