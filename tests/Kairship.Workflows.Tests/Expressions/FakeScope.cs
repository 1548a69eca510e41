using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

/// <summary>An instance as expressions see it, in memory.</summary>
internal sealed class FakeScope : IExpressionScope, IScriptOutcomes
{
    public Dictionary<string, JsonNode?> Variables { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, JsonNode?> Inputs { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<(string, string), JsonNode?> Outputs { get; } = [];

    public IReadOnlyList<string> Outcomes { get; private set; } = [];

    public string InstanceId => "instance-1";

    public string? CorrelationId { get; set; } = "order-7";

    public string DefinitionId => "release";

    public int DefinitionVersion => 3;

    public IEnumerable<string> VariableNames => Variables.Keys;

    public IEnumerable<string> InputNames => Inputs.Keys;

    public JsonNode? LastResult { get; set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);

    public bool TryGetVariable(string name, out JsonNode? value) => Variables.TryGetValue(name, out value);

    public bool TrySetVariable(string name, JsonNode? value)
    {
        if (!Variables.ContainsKey(name))
        {
            return false;
        }

        Variables[name] = value;
        return true;
    }

    public bool TryGetInput(string name, out JsonNode? value) => Inputs.TryGetValue(name, out value);

    public bool TryGetOutput(string activity, string output, out JsonNode? value) => Outputs.TryGetValue((activity, output), out value);

    public void SetOutcomes(IReadOnlyList<string> outcomes) => Outcomes = outcomes;

    public static FakeScope With(params (string Name, string Json)[] variables)
    {
        var scope = new FakeScope();
        foreach (var (name, json) in variables)
        {
            scope.Variables[name] = JsonNode.Parse(json);
        }

        return scope;
    }
}
