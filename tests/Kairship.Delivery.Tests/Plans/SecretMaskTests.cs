using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Tests.Plans;

public sealed class SecretMaskTests
{
    private static readonly Manifest Secret = Manifest.From(Make.Json(
        """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"aHVudGVyMg=="},"stringData":{"b":"top secret","pin":1234,"one":"1"}}"""));

    [Theory]
    [InlineData(".stringData.pin: expected string, got &value.valueUnstructured{Value:1234}", ".stringData.pin: expected string, got &value.valueUnstructured{Value:(secret)}")]
    [InlineData("data[a]: Invalid value: \"aHVudGVyMg==\"", "data[a]: Invalid value: \"(secret)\"")]
    [InlineData("hunter2 is not long enough, nor is top secret", "(secret) is not long enough, nor is (secret)")]
    [InlineData("line 11, value 1", "line 11, value (secret)")]
    public void Scrub_WordsAboutASecret_LoseItsValues(string said, string shown) => SecretMask.Scrub(said, Secret).Should().Be(shown);

    [Fact]
    public void Scrub_WordsAboutAnythingElse_StayAsTheyAre()
    {
        var config = Manifest.From(Make.Json("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"x"}}"""));
        SecretMask.Scrub("a: x", config).Should().Be("a: x");
    }
}
