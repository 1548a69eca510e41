using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions;

/// <summary>A value known when the definition is compiled.</summary>
internal sealed class ConstantExpression(JsonNode? value) : CompiledExpression
{
    private readonly JsonNode? value = value?.DeepClone();

    /// <summary>Read, never change or add to a tree.</summary>
    public JsonNode? Value => value;

    public override JsonNode? Evaluate(IExpressionScope scope) => value?.DeepClone();
}

internal sealed class VariableExpression(string name, string typeName) : CompiledExpression
{
    public override JsonNode? Evaluate(IExpressionScope scope) =>
        scope.TryGetVariable(name, out var value)
            ? TypedValue.Convert(value, typeName)?.DeepClone()
            : throw new ExpressionException($"There is no variable '{name}' here.");
}

/// <summary>An input that was not given is null: whether it must be given is the workflow's start to check.</summary>
internal sealed class InputExpression(string name, string typeName) : CompiledExpression
{
    public override JsonNode? Evaluate(IExpressionScope scope) =>
        scope.TryGetInput(name, out var value) ? TypedValue.Convert(value, typeName)?.DeepClone() : null;
}
