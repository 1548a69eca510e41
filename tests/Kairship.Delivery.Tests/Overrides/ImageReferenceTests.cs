using CsCheck;
using Kairship.Delivery.Overrides;

namespace Kairship.Delivery.Tests.Overrides;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";

    [Theory]
    [InlineData("nginx", null, "nginx", null, null)]
    [InlineData("nginx:1.27", null, "nginx", "1.27", null)]
    [InlineData("library/nginx", null, "library/nginx", null, null)]
    [InlineData("localhost/app", "localhost", "app", null, null)]
    [InlineData("localhost:5000/app:x", "localhost:5000", "app", "x", null)]
    [InlineData("ghcr.io/team/app:1.2@" + Digest, "ghcr.io", "team/app", "1.2", Digest)]
    [InlineData("app@" + Digest, null, "app", null, Digest)]
    public void Parse_Parts_FormatBack(string text, string? registry, string repository, string? tag, string? digest)
    {
        ImageReference.Parse(text).Should().Be(new ImageReference(registry, repository, tag, digest));
        ImageReference.Parse(text).ToString().Should().Be(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER/case")]
    [InlineData("app:")]
    [InlineData("app:bad tag")]
    [InlineData("app@sha256:short")]
    [InlineData("/app")]
    [InlineData("a//b")]
    [InlineData("app/")]
    [InlineData("host.example:port:2/app")]
    [InlineData("-app")]
    public void Parse_SomethingElse_IsRefusedWithWhatWouldBeRight(string text) =>
        FluentActions.Invoking(() => ImageReference.Parse(text)).Should().Throw<FormatException>().WithMessage("*[registry/]repository[:tag]*");

    [Fact]
    public void Parse_WhateverWasFormatted_IsTheSame()
    {
        var parts = Gen.Select(
            Gen.OneOf(Gen.Const((string?)null), Gen.Const((string?)"ghcr.io"), Gen.Const((string?)"localhost:5000")), Make.GenName.Array[1, 3].Select(p => string.Join('/', p)),
            Make.GenName.Null(), Gen.OneOf(Gen.Const((string?)null), Gen.Const((string?)Digest)));
        parts.Sample((registry, repository, tag, digest) =>
        {
            var image = new ImageReference(registry, repository, tag, digest);
            return ImageReference.Parse(image.ToString()) == image;
        });
    }
}
