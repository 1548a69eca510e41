using System.Text.Json.Nodes;
using Kairship.Server.Elsa.Definitions.Layout;

namespace Kairship.Server.Tests.Elsa.Definitions.Layout;

public sealed class AutoLayoutTests
{
    private static JsonObject Definition(string positionOfLast) => JsonNode.Parse("""
        {"root": {"type": "Elsa.Sequence", "id": "s", "activities": [
          {"type": "Elsa.Flowchart", "id": "f", "activities": [
            {"type": "Elsa.WriteLine", "id": "a"},
            {"type": "Elsa.WriteLine", "id": "b", "metadata": {"designer": {"position": {"x": 0, "y": 0}}}},
            {"type": "My.Own", "id": "c", "metadata": {"displayText": "Third", "designer": {"position": POSITION}}}],
           "connections": [{"source": {"activity": "a", "port": "Done"}, "target": {"activity": "b"}}, {"source": {"activity": "b"}, "target": {"activity": "c"}},
                           {"source": {"activity": "nobody"}, "target": {"activity": "c"}}, {"source": "strange"}, 7]}]}}
        """.Replace("POSITION", positionOfLast, StringComparison.Ordinal))!.AsObject();

    [Fact]
    public void Flowchart_WithoutPlaces_GetsThem()
    {
        var definition = Definition("""{"x": 0, "y": 0}""");

        AutoLayout.IsNeeded(definition).Should().BeTrue();
        AutoLayout.Apply(definition, _ => null);

        var designers = definition["root"]!["activities"]![0]!["activities"]!.AsArray().Select(a => a!["metadata"]!["designer"]!).ToList();
        designers.Select(d => d["position"]!["x"]!.GetValue<double>()).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        designers.Should().OnlyContain(d => d["size"]!["width"]!.GetValue<double>() > 0);
        definition["root"]!["activities"]![0]!["activities"]![2]!["metadata"]!["displayText"]!.GetValue<string>().Should().Be("Third");
        AutoLayout.IsNeeded(definition).Should().BeFalse();
    }

    [Fact]
    public void Flowchart_WithAPlace_IsLeftAlone()
    {
        var definition = Definition("""{"x": 300, "y": 0}""");
        var before = definition.ToJsonString();

        AutoLayout.Apply(definition, _ => null);

        definition.ToJsonString().Should().Be(before);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"root": {"type": "Elsa.WriteLine", "id": "a"}}""")]
    [InlineData("""{"root": {"type": "Elsa.Flowchart", "id": "a", "activities": [{"id": "only"}]}}""")]
    [InlineData("""{"root": {"type": "Elsa.Flowchart", "id": "a", "activities": "none"}}""")]
    public void Definition_WithNothingToPlace_IsLeftAlone(string json) => AutoLayout.IsNeeded(JsonNode.Parse(json)!.AsObject()).Should().BeFalse();
}
