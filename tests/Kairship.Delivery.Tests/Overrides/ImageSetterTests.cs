using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;

namespace Kairship.Delivery.Tests.Overrides;

public sealed class ImageSetterTests
{
    private const string Digest = "sha256:50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";
    private static readonly IReadOnlyList<Manifest> Manifests =
        [Make.Deployment("web", "ghcr.io/team/storefront:1"), Make.Deployment("worker", "ghcr.io/team/jobs:1"), Make.Object("ConfigMap", "c")];

    [Theory]
    [InlineData("storefront", "2", "ghcr.io/team/storefront:2")]
    [InlineData("team/storefront", "2", "ghcr.io/team/storefront:2")]
    [InlineData("ghcr.io/team/storefront", "2", "ghcr.io/team/storefront:2")]
    [InlineData("web", "2", "ghcr.io/team/storefront:2")]
    [InlineData("web", Digest, "ghcr.io/team/storefront@" + Digest)]
    [InlineData("web", "@" + Digest, "ghcr.io/team/storefront@" + Digest)]
    [InlineData("web", "other.example/x:3", "other.example/x:3")]
    [InlineData("web", "nginx:3", "nginx:3")]
    public void Set_Name_MeansRepositoryOrContainer(string name, string value, string expected)
    {
        var changed = ImageSetter.Set(Manifests, name, value);

        changed[0].At("spec/template/spec/containers/0/image")!.ToString().Should().Be(expected);
        changed[1].Should().BeSameAs(Manifests[1]);
        Manifests[0].At("spec/template/spec/containers/0/image")!.ToString().Should().Be("ghcr.io/team/storefront:1");
    }

    [Fact]
    public void Set_UnknownName_ListsTheKnownOnes() => FluentActions.Invoking(() => ImageSetter.Set(Manifests, "nope", "2"))
        .Should().Throw<ManifestException>().WithMessage("*'nope'. Known: jobs, storefront, web, worker.");

    [Theory]
    [InlineData("not a tag")]
    [InlineData("")]
    [InlineData("UPPER/x:1")]
    public void Set_WhatIsNoVersion_IsRefused(string value) => FluentActions.Invoking(() => ImageSetter.Set(Manifests, "web", value))
        .Should().Throw<ManifestException>().WithMessage("*neither a tag*");
}
