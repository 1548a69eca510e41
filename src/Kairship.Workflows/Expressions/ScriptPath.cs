using System.Text.Json.Nodes;
using Acornima.Ast;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// The commonest script, a value of the instance and a way into it (<c>getPlan().clusters[0].name</c>), read straight from JSON. Whatever is not an
/// own property of a plain object or array (a missing one, a length, a method) is left to the script engine.
/// </summary>
internal sealed class ScriptPath
{
    private delegate bool Root(IExpressionScope scope, out JsonNode? value);

    private readonly Root root;
    private readonly object[] steps;

    private ScriptPath(Root root, object[] steps)
    {
        this.root = root;
        this.steps = steps;
    }

    public static ScriptPath? TryCreate(Script program)
    {
        var path = new Stack<object>();
        var at = ScriptAnalysis.SingleExpression(program);
        while (at is MemberExpression { Optional: false } member && Step(member) is { } step)
        {
            // variables.X and input.X are roots of their own.
            if (step is string name && member.Object is Identifier { Name: ScriptNames.Variables or ScriptNames.Input } scope)
            {
                return new ScriptPath(scope.Name == ScriptNames.Variables ? Variable(name) : Input(name), [.. path]);
            }

            path.Push(step);
            at = member.Object;
        }

        return at is CallExpression { Optional: false, Callee: Identifier function } call && RootOf(function.Name, call) is { } root
            ? new ScriptPath(root, [.. path])
            : null;
    }

    public bool TryRead(IExpressionScope scope, out JsonNode? value)
    {
        if (!root(scope, out value))
        {
            return false;
        }

        foreach (var step in steps)
        {
            var found = step switch
            {
                string name when value is JsonObject o => o.TryGetPropertyValue(name, out value),
                int index when value is JsonArray a && index < a.Count => (value = a[index]) is null || true,
                _ => false,
            };
            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static object? Step(MemberExpression member) => member switch
    {
        { Computed: false, Property: Identifier i } => i.Name,
        { Computed: true, Property: StringLiteral s } => s.Value,
        { Computed: true, Property: NumericLiteral n } when n.Value is >= 0 and < 1_000_000 && n.Value == Math.Floor(n.Value) => (int)n.Value,
        _ => null,
    };

    private static Root? RootOf(string function, CallExpression call)
    {
        if (call.Arguments.Count == 0)
        {
            return function switch
            {
                "getLastResult" => (IExpressionScope scope, out JsonNode? value) => (value = scope.LastResult) is null || true,
                "getWorkflowInstanceId" => (IExpressionScope scope, out JsonNode? value) => (value = scope.InstanceId) is not null,
                "getCorrelationId" => (IExpressionScope scope, out JsonNode? value) => (value = scope.CorrelationId) is null || true,
                _ => ScriptNames.IsGetter(function, out var variable) ? Variable(variable) : null,
            };
        }

        return call.Arguments.Count == 1 && call.Arguments[0] is StringLiteral name
            ? function switch
            {
                "getVariable" => Variable(name.Value),
                "getInput" => Input(name.Value),
                _ => null,
            }
            : null;
    }

    private static Root Variable(string name) => (IExpressionScope scope, out JsonNode? value) => scope.TryGetVariable(name, out value);

    private static Root Input(string name) => (IExpressionScope scope, out JsonNode? value) => scope.TryGetInput(name, out value);
}
