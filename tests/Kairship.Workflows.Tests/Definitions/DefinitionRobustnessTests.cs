using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class DefinitionRobustnessTests
{
    private static readonly string[] Samples = [SampleDefinitions.Release, SampleDefinitions.Containers];

    /// <summary>Whatever is put in the place of anything, the compiler answers with a graph or with an error, and the document survives.</summary>
    [Fact]
    public void Definition_DamagedAnywhere_IsAnsweredWithProblems()
    {
        var compiler = TestActivities.CreateCompiler();
        var junk = Gen.OneOf<string?>("1", "-0.5", "true", "null", "\"\"", "\"x\"", "[]", "{}", "[null]", "[1]", "[[]]", "[{}]", "{\"id\":1}", "{\"type\":5}", "\"a1\"", "\"Elsa.Sequence\"",
            "{\"type\":\"Elsa.WriteLine\",\"id\":\"new\"}", "{\"expression\":{\"type\":\"JavaScript\",\"value\":\"getX(\"}}", "{\"expression\":7}", "{\"memoryReference\":\"v1\"}", null);
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 100_000], junk).Array[1, 4]).Sample((sample, damages) =>
        {
            var json = JsonNode.Parse(Samples[sample])!;
            foreach (var (at, value) in damages)
            {
                Damage(json, at, value);
            }

            var damaged = json.ToJsonString();
            var result = compiler.Compile(new DefinitionRecord("v", "d", 1, null, null, true, true, "", damaged, default));
            (result.Graph is null).Should().Be(result.Problems.Any(p => p.IsError));
            result.Problems.All(p => p.Message.Length > 10 && p.Code.Length > 0).Should().BeTrue();
            if (result.Problems.All(p => p.Code != "json" && p.Property != "root"))
            {
                var once = WorkflowDefinition.Parse(damaged).ToJson();
                WorkflowDefinition.Parse(once).ToJson().Should().Be(once);
            }
        }, iter: 1_000);
    }

    /// <summary>Replaces (or with null removes) one node, counted in the order of the document.</summary>
    private static void Damage(JsonNode root, int at, string? value)
    {
        var all = Descendants(root).ToArray();
        if (all.Length == 0)
        {
            return;
        }

        var (parent, key) = all[at % all.Length];
        switch (parent)
        {
            case JsonObject o when value is null:
                o.Remove((string)key);
                break;
            case JsonObject o:
                o[(string)key] = JsonNode.Parse(value);
                break;
            case JsonArray a when value is null:
                a.RemoveAt((int)key);
                break;
            case JsonArray a:
                a[(int)key] = JsonNode.Parse(value);
                break;
        }
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Descendants(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Descendants(p.Value).Prepend((o, p.Key))),
        JsonArray a => a.SelectMany((item, i) => Descendants(item).Prepend((a, i))),
        _ => [],
    };
}
