using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>What expressions of triggers see while there is no instance: the defaults of variables and inputs.</summary>
internal sealed class PublishScope(
    string definitionId, int version, IReadOnlyList<VariableDefinition> variables, IReadOnlyList<InputDefinition> inputs) : IExpressionScope
{
    public string InstanceId => "";
    public string? CorrelationId => null;
    public string DefinitionId => definitionId;
    public int DefinitionVersion => version;
    public IEnumerable<string> VariableNames => variables.Select(v => v.Name);
    public IEnumerable<string> InputNames => inputs.Select(i => i.Name);
    public JsonNode? LastResult => null;

    // A stimulus must not depend on when somebody happened to compile.
    public DateTimeOffset Now => DateTimeOffset.UnixEpoch;

    public bool TryGetVariable(string name, out JsonNode? value)
    {
        var found = variables.FirstOrDefault(v => v.Id == name || v.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        value = found?.Default;
        return found is not null;
    }

    public bool TrySetVariable(string name, JsonNode? value) => false;

    public bool TryGetInput(string name, out JsonNode? value)
    {
        var found = inputs.FirstOrDefault(i => i.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        value = found?.Default;
        return found is not null;
    }

    public bool TryGetOutput(string activity, string output, out JsonNode? value)
    {
        value = null;
        return false;
    }
}
