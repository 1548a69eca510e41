using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>
/// A Liquid template. Its result is text, converted to the type that the input asks for. An engine of our own, because its limits are its construction: nothing
/// of .NET is reachable, no template can include another, and every step, character and level is counted. See README.md.
/// </summary>
internal sealed class LiquidExpression : CompiledExpression
{
    private readonly LiquidBlock root;
    private readonly string typeName;
    private readonly ExpressionLimits limits;

    private LiquidExpression(LiquidBlock root, LiquidNames names, string typeName, ExpressionLimits limits) =>
        (this.root, Names, this.typeName, this.limits) = (root, names, typeName, limits);

    public LiquidNames Names { get; }

    public static CompiledExpression Compile(string source, string typeName, ExpressionLimits limits)
    {
        if (source.Length > limits.Source)
        {
            throw new ExpressionException($"The template has {source.Length} characters: at most {limits.Source} are allowed.");
        }

        if (!source.Contains("{{", StringComparison.Ordinal) && !source.Contains("{%", StringComparison.Ordinal))
        {
            return new ConstantExpression(TypedValue.Convert(source, typeName));
        }

        var (root, names) = LiquidParser.Parse(source);
        return new LiquidExpression(root, names, typeName, limits);
    }

    public override JsonNode? Evaluate(IExpressionScope scope)
    {
        var run = new LiquidRun(scope, limits);
        root.Render(run);
        return TypedValue.Convert(run.Output.ToString(), typeName);
    }
}
