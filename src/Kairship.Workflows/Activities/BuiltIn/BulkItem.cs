using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>One item of <see cref="BulkDispatchWorkflows"/>.</summary>
internal static class BulkItem
{
    /// <summary>What the correlation id function and the embedded activities may read.</summary>
    public const string ItemVariable = "Item";

    public static readonly IReadOnlyList<string> EndVariables = ["ChildInstanceId", "ChildStatus", "ChildOutput", "ChildIndex"];

    /// <summary>A dictionary is the inputs, anything else is one input.</summary>
    public static JsonObject Input(JsonObject shared, JsonNode? item, string key, string parentInstanceId)
    {
        shared["ParentInstanceId"] = parentInstanceId;
        if (item is JsonObject values)
        {
            foreach (var (name, value) in values)
            {
                shared[name] = value?.DeepClone();
            }
        }
        else
        {
            shared[key] = item?.DeepClone();
        }

        return shared;
    }

    public static string? CorrelationId(ControlContext context, JsonNode? item, string key) =>
        context.Node.Inputs.TryGetValue("CorrelationIdFunction", out var function)
        && InputValues.Text(function.Evaluate(new ItemScope(context.Scope, item, key))) is { Length: > 0 } id
            ? id
            : null;

    public static IReadOnlyDictionary<string, JsonNode?> Variables(int index, JsonObject end) => new Dictionary<string, JsonNode?>
    {
        [EndVariables[0]] = end["instanceId"],
        [EndVariables[1]] = end["status"],
        [EndVariables[2]] = end["output"],
        [EndVariables[3]] = index,
    };

    /// <summary>The item under its own name and under Item, and all that is around.</summary>
    private sealed class ItemScope(IExpressionScope inner, JsonNode? item, string key) : IExpressionScope
    {
        public string InstanceId => inner.InstanceId;
        public string? CorrelationId => inner.CorrelationId;
        public string DefinitionId => inner.DefinitionId;
        public int DefinitionVersion => inner.DefinitionVersion;
        public IEnumerable<string> VariableNames => inner.VariableNames.Append(ItemVariable).Append(key).Distinct(StringComparer.OrdinalIgnoreCase);
        public IEnumerable<string> InputNames => inner.InputNames;
        public JsonNode? LastResult => inner.LastResult;
        public DateTimeOffset Now => inner.Now;

        public bool TryGetVariable(string name, out JsonNode? value)
        {
            if (name.Equals(ItemVariable, StringComparison.OrdinalIgnoreCase) || name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                value = item;
                return true;
            }

            return inner.TryGetVariable(name, out value);
        }

        public bool TrySetVariable(string name, JsonNode? value) => inner.TrySetVariable(name, value);

        public bool TryGetInput(string name, out JsonNode? value) => inner.TryGetInput(name, out value);

        public bool TryGetOutput(string activity, string output, out JsonNode? value) => inner.TryGetOutput(activity, output, out value);
    }
}
