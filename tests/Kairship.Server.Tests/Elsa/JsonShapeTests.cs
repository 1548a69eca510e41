using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa;

public sealed class JsonShapeTests
{
    [Theory]
    [InlineData("""{"a": 1, "b": [{"c": "x"}, {"d": true}]}""", """{"b": [{"d": false, "c": ""}], "a": 2.5}""", "")]
    [InlineData("""{"a": 1}""", """{}""", "$.a: missing, recorded as number")]
    [InlineData("""{"a": 1}""", """{"a": "1"}""", "$.a: string, recorded as number")]
    [InlineData("""{"a": 1}""", """{"a": null}""", "$.a: null, recorded as number")]
    [InlineData("""{"a": null}""", """{"a": "anything"}""", "")]
    [InlineData("""{"a": {}}""", """{"a": {"b": 1}}""", "$.a.b: only here")]
    [InlineData("""{"a": []}""", """{"a": [{"b": 1}]}""", "")]
    [InlineData("""{"a": [{"b": 1}]}""", """{"a": []}""", "$.a[]: missing, recorded as object;$.a[].b: missing, recorded as number")]
    [InlineData("""{"a": [{"b": {"c": 1}}]}""", """{"a": [{"b": {"d": 1}}]}""", "$.a[].b.c: missing, recorded as number;$.a[].b.d: only here")]
    [InlineData("""{"a": "2026-11-22T21:42:33.3755012+00:00"}""", """{"a": "yesterday"}""", "$.a: string, recorded as time")]
    public void Differences_AreWhatIsMissingOtherOrMore(string recorded, string ours, string expected) =>
        string.Join(';', JsonShape.Differences(JsonNode.Parse(recorded), JsonNode.Parse(ours), "some")).Should().Be(expected);
}
