using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Execution;

/// <summary>What one execution sees: its own variables, those of its ancestors, those of the workflow, innermost first.</summary>
internal sealed class ExecutionScope(WorkflowGraph graph, InstanceState state, ExecutionTree tree, ExecutionState? execution, DateTimeOffset now,
    Action<string, JsonNode?>? assigned = null) : IExpressionScope
{
    public string InstanceId => state.Id;
    public string? CorrelationId => state.CorrelationId;
    public string DefinitionId => state.DefinitionId;
    public int DefinitionVersion => state.Version;
    public JsonNode? LastResult => state.LastResult;
    public DateTimeOffset Now => now;

    public IEnumerable<string> VariableNames => Levels()
        .SelectMany(level => level.Values.Keys.Select(key => level.Declared.FirstOrDefault(d => d.Id == key)?.Name ?? key))
        .Distinct(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> InputNames => (state.Input ?? []).Select(p => p.Key);

    public bool TryGetVariable(string name, out JsonNode? value)
    {
        foreach (var (values, declared) in Levels())
        {
            if (KeyOf(values, declared, name) is { } key)
            {
                value = values[key];
                return true;
            }
        }

        value = null;
        return false;
    }

    public bool TrySetVariable(string name, JsonNode? value)
    {
        if (FindVariable(name) is not { } found)
        {
            return false;
        }

        assigned?.Invoke(found.Key, value);
        found.Values[found.Key] = value?.DeepClone();
        return true;
    }

    /// <summary>Where a variable is kept, and how it was declared: null for one that a loop handed down.</summary>
    public (Dictionary<string, JsonNode?> Values, string Key, VariableDefinition? Declared)? FindVariable(string idOrName)
    {
        foreach (var (values, declared) in Levels())
        {
            if (KeyOf(values, declared, idOrName) is { } key)
            {
                return (values, key, declared.FirstOrDefault(d => d.Id == key));
            }
        }

        return null;
    }

    public bool TryGetInput(string name, out JsonNode? value)
    {
        foreach (var (key, input) in state.Input ?? [])
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                value = input;
                return true;
            }
        }

        value = null;
        return false;
    }

    public bool TryGetOutput(string activity, string output, out JsonNode? value)
    {
        value = null;
        var id = graph.ById.ContainsKey(activity) ? activity : graph.Nodes.FirstOrDefault(n => string.Equals(n.Name, activity, StringComparison.OrdinalIgnoreCase))?.Id;
        if (id is null || state.ActivityOutputs?.GetValueOrDefault(id) is not { } outputs)
        {
            return false;
        }

        foreach (var (key, found) in outputs)
        {
            if (string.Equals(key, output, StringComparison.OrdinalIgnoreCase))
            {
                value = found;
                return true;
            }
        }

        return false;
    }

    private IEnumerable<(Dictionary<string, JsonNode?> Values, IReadOnlyList<VariableDefinition> Declared)> Levels()
    {
        for (var at = execution; at is not null; at = tree.ParentOf(at))
        {
            if (at.Variables is { } own)
            {
                yield return (own, graph.ById[at.ActivityId].Variables);
            }
        }

        if (state.Variables is { } global)
        {
            yield return (global, graph.Variables);
        }
    }

    /// <summary>An id matches exactly, a name whatever its case.</summary>
    private static string? KeyOf(Dictionary<string, JsonNode?> values, IReadOnlyList<VariableDefinition> declared, string idOrName)
    {
        if (values.ContainsKey(idOrName))
        {
            return idOrName;
        }

        foreach (var variable in declared)
        {
            if (string.Equals(variable.Name, idOrName, StringComparison.OrdinalIgnoreCase) && values.ContainsKey(variable.Id))
            {
                return variable.Id;
            }
        }

        return values.Keys.FirstOrDefault(k => string.Equals(k, idOrName, StringComparison.OrdinalIgnoreCase) && declared.All(d => d.Id != k));
    }
}
