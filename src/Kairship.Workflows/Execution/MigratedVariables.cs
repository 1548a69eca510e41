using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Execution;

/// <summary>Variables in another version: kept by id, else by name, converted to their new type; new ones get their default; those that are gone are told.</summary>
internal sealed class MigratedVariables(
    WorkflowGraph from, WorkflowGraph to, InstanceState state, Func<ExecutionState, ActivityNode?> target, Action<string?, string, string> problem, Action<string> note)
{
    public void Apply()
    {
        // Not started yet: it begins with the defaults of the new version.
        if (state.Phase != StatePhase.Pending)
        {
            state.Variables = Migrated(state.Variables, from.Variables, to.Variables, null);
        }

        foreach (var execution in state.Executions.Where(e => e.Phase != ExecutionPhase.Completed))
        {
            execution.Variables = Migrated(execution.Variables, from.ById[execution.ActivityId].Variables, target(execution)!.Variables, execution.ActivityId);
        }
    }

    private Dictionary<string, JsonNode?>? Migrated(
        Dictionary<string, JsonNode?>? values, IReadOnlyList<VariableDefinition> before, IReadOnlyList<VariableDefinition> after, string? activityId)
    {
        if (values is null && after.Count == 0)
        {
            return null;
        }

        var left = values ?? [];
        var migrated = new Dictionary<string, JsonNode?>();
        foreach (var variable in after)
        {
            var old = before.FirstOrDefault(b => b.Id == variable.Id) ?? before.FirstOrDefault(b => b.Name.Equals(variable.Name, StringComparison.OrdinalIgnoreCase) && after.All(a => a.Id != b.Id));
            if (old is not null && left.TryGetValue(old.Id, out var value))
            {
                migrated[variable.Id] = Converted(value, variable, activityId);
            }
            else
            {
                migrated[variable.Id] = variable.Default?.DeepClone();
                note($"Variable '{variable.Name}'{Of(activityId)} is new: it begins with its default.");
            }

            if (old is not null)
            {
                left.Remove(old.Id);
            }
        }

        foreach (var (key, value) in left)
        {
            if (before.FirstOrDefault(b => b.Id == key) is { } gone)
            {
                note($"Variable '{gone.Name}'{Of(activityId)} is gone with its value.");
            }
            else
            {
                // Handed down by a loop.
                migrated[key] = value;
            }
        }

        return migrated;
    }

    private JsonNode? Converted(JsonNode? value, VariableDefinition variable, string? activityId)
    {
        try
        {
            return TypedValue.Convert(value, TypeAlias.Of(variable.TypeName, variable.IsArray))?.DeepClone();
        }
        catch (ExpressionException e)
        {
            problem(activityId, MigrationCode.Variable, $"The value of variable '{variable.Name}'{Of(activityId)} does not fit its new type: {e.Message}");
            return null;
        }
    }

    private static string Of(string? activityId) => activityId is null ? "" : $" of '{activityId}'";
}
