using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions.Liquid;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// Compiles the expressions of a definition: Literal, Object, Variable, Input, JavaScript and Liquid. One for a process is enough: it is thread-safe and owns the
/// pool of script engines.
/// </summary>
public sealed class ExpressionCompiler(ExpressionLimits? limits = null)
{
    /// <summary>The types that <see cref="Compile"/> knows.</summary>
    public static IReadOnlyList<string> Types { get; } = ["Literal", "Object", "Variable", "Input", "JavaScript", "Liquid"];

    private readonly ScriptEnginePool engines = new(limits ?? new ExpressionLimits());

    /// <summary>
    /// Compiles one expression. <paramref name="expressionType"/> is case-insensitive; <paramref name="value"/> is what stands under "value" in the
    /// definition; <paramref name="typeName"/> is the alias of the type that the input wants, see <see cref="TypedValue.Convert"/>.
    /// </summary>
    /// <exception cref="ExpressionException">It does not parse, or a constant does not convert.</exception>
    public CompiledExpression Compile(string expressionType, JsonNode? value, string typeName) => expressionType.ToUpperInvariant() switch
    {
        "LITERAL" => new ConstantExpression(TypedValue.Convert(value, typeName)),
        "OBJECT" => new ConstantExpression(TypedValue.Convert(ParseObject(value), typeName)),
        "VARIABLE" => new VariableExpression(NameIn(value, "variable"), typeName),
        "INPUT" => new InputExpression(NameIn(value, "input"), typeName),
        "JAVASCRIPT" or "JS" => JavaScriptExpression.Compile(TypedValue.Text(value), typeName, engines),
        "LIQUID" => LiquidExpression.Compile(TypedValue.Text(value), typeName, engines.Limits),
        _ => throw new ExpressionException($"'{expressionType}' is not a type of expression. Known: {string.Join(", ", Types)}."),
    };

    private static JsonNode? ParseObject(JsonNode? value)
    {
        if (value is null || value.GetValueKind() != JsonValueKind.String)
        {
            return value;
        }

        var text = value.GetValue<string>();
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            return TypedValue.Parse(text);
        }
        catch (JsonException e)
        {
            throw new ExpressionException($"An Object expression must be JSON: {e.Message}", e);
        }
    }

    private static string NameIn(JsonNode? value, string what)
    {
        var name = value switch
        {
            JsonObject o => TypedValue.Text(o["name"] ?? o["Name"] ?? o["id"] ?? o["Id"]),
            JsonValue v when v.GetValueKind() == JsonValueKind.String => v.GetValue<string>(),
            _ => "",
        };
        return name.Length > 0 ? name : throw new ExpressionException($"The {what} is not named: expected {{\"name\": \"...\"}}.");
    }
}
