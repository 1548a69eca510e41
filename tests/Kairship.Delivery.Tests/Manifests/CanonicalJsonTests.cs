using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Tests.Manifests;

public sealed class CanonicalJsonTests
{
    private static readonly Gen<JsonNode?> GenLeaf = Gen.OneOf(
        Gen.Int.Select(i => (JsonNode?)JsonValue.Create(i)), Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.String[0, 5].Select(s => (JsonNode?)JsonValue.Create(s)), Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonObject> GenObject = Gen.Recursive<JsonObject>((depth, inner) =>
    {
        var value = depth >= 3 ? GenLeaf : Gen.OneOf(GenLeaf, inner.Select(o => (JsonNode?)o), GenLeaf.Array[0, 3].Select(a => (JsonNode?)new JsonArray(a)));
        return Gen.Dictionary(Make.GenName, value)[0, 5].Select(fields => new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))));
    });

    [Theory]
    [InlineData("""{"b":1,"a":{"d":[1,2],"c":null}}""", """{"a":{"c":null,"d":[1,2]},"b":1}""")]
    [InlineData("""{"x":1.0,"y":1e2,"z":0.10,"n":-0.0}""", """{"n":0,"x":1,"y":100,"z":0.1}""")]
    [InlineData("""{"s":"<ü>\n"}""", """{"s":"<ü>\n"}""")]
    public void CanonicalJson_HasSortedKeysAndOneSpellingOfNumbers(string json, string canonical) =>
        ManifestParser.CanonicalJson(JsonNode.Parse(json)!).Should().Be(canonical);

    [Fact]
    public void CanonicalJson_ReversedKeys_IsTheSame() => GenObject.Sample(
        json => ManifestParser.CanonicalJson(Reversed(json)) == ManifestParser.CanonicalJson(json), iter: 300);

    [Fact]
    public void CanonicalJson_DifferentContent_IsDifferent() => Gen.Select(GenObject, GenObject).Sample(
        (a, b) => (ManifestParser.CanonicalJson(a) == ManifestParser.CanonicalJson(b)) == JsonNode.DeepEquals(a, b), iter: 300);

    [Fact]
    public void CanonicalJson_ReadBack_IsTheSameContent() => GenObject.Sample(
        json => JsonNode.DeepEquals(JsonNode.Parse(ManifestParser.CanonicalJson(json)), json), iter: 300);

    [Fact]
    public void Digest_OrderOfDocuments_DoesNotCount()
    {
        Manifest[] manifests = [Make.Deployment("a"), Make.Object("ConfigMap", "b"), Make.Object("Secret", "c")];

        ManifestParser.Digest(manifests.Reverse()).Should().Be(ManifestParser.Digest(manifests));
        ManifestParser.Digest(manifests.Take(2)).Should().NotBe(ManifestParser.Digest(manifests));
    }

    private static JsonObject Reversed(JsonObject json) => new(json.Reverse().Select(f =>
        KeyValuePair.Create(f.Key, f.Value is JsonObject inner ? Reversed(inner) : f.Value?.DeepClone())));
}
