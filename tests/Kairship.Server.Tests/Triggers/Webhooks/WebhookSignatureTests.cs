using System.Text;
using CsCheck;
using Kairship.Server.Triggers.Webhooks;

namespace Kairship.Server.Tests.Triggers.Webhooks;

public sealed class WebhookSignatureTests
{
    // The example of GitHub's documentation.
    [Fact]
    public void Signature_OfGitHubsExample_IsValid() =>
        WebhookSignature.IsValid(
            Encoding.UTF8.GetBytes("It's a Secret to Everybody"), Encoding.UTF8.GetBytes("Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17").Should().BeTrue();

    [Fact]
    public void Signature_OfTheSameBytes_IsValid_AndOfOthersNot() =>
        Gen.Select(Gen.Byte.Array[1, 64], Gen.Byte.Array[0, 500], Gen.Byte.Array[0, 500]).Sample((secret, body, other) =>
        {
            var signature = WebhookSignature.Sign(secret, body);
            return WebhookSignature.IsValid(secret, body, signature) && WebhookSignature.IsValid(secret, other, signature) == body.SequenceEqual(other);
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256=")]
    [InlineData("sha1=757107ea0eb2509fc211221cce984b8a37570b6d")]
    [InlineData("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha256=zz7107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1700")]
    public void Signature_OfAnotherForm_IsNotValid(string? header) =>
        WebhookSignature.IsValid(Encoding.UTF8.GetBytes("It's a Secret to Everybody"), Encoding.UTF8.GetBytes("Hello, World!"), header).Should().BeFalse();
}
