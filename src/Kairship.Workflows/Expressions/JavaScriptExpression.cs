using System.Text.Json.Nodes;
using Acornima.Ast;
using Jint;

namespace Kairship.Workflows.Expressions;

/// <summary>A script prepared once. A path such as <c>getOrder().customer.name</c> is read without a script engine where that gives the same value.</summary>
internal sealed class JavaScriptExpression : CompiledExpression
{
    private static readonly ScriptPreparationOptions Preparation = new() { CollectReferencedGlobals = true };

    private readonly PreparedScript script;
    private readonly ScriptPath? path;
    private readonly string typeName;
    private readonly ScriptEnginePool engines;

    private JavaScriptExpression(PreparedScript script, ScriptPath? path, string typeName, ScriptEnginePool engines)
    {
        this.script = script;
        this.path = path;
        this.typeName = typeName;
        this.engines = engines;
    }

    /// <summary>Names of the global scope that the script uses and that are neither JavaScript's nor Kairship's: mostly getX and setX of variables.</summary>
    public IReadOnlyList<string> FreeNames => script.FreeNames;

    /// <summary>Variables, inputs and activities that the script names in so many words.</summary>
    public required IReadOnlyList<ScriptReference> References { get; init; }

    public static CompiledExpression Compile(string source, string typeName, ScriptEnginePool engines)
    {
        if (string.IsNullOrWhiteSpace(source))
        {
            return new ConstantExpression(null);
        }

        if (source.Length > engines.Limits.Source)
        {
            throw new ExpressionException($"The script has {source.Length} characters: at most {engines.Limits.Source} are allowed.");
        }

        var prepared = Prepare(source);
        var program = prepared.Program!;
        if (ScriptAnalysis.TryGetConstant(program, out var constant))
        {
            return new ConstantExpression(TypedValue.Convert(constant, typeName));
        }

        ScriptAnalysis.RefuseBigInts(program);
        var free = prepared.ReferencedGlobals!.Where(name => !ScriptNames.IsKnown(name)).ToArray();
        return new JavaScriptExpression(
            new PreparedScript(prepared, free, ScriptAnalysis.LeavesNoTrace(program)), ScriptPath.TryCreate(program), typeName, engines)
        {
            References = ScriptReference.Of(program, [.. prepared.ReferencedGlobals!]),
        };
    }

    public override JsonNode? Evaluate(IExpressionScope scope)
    {
        if (path is not null && path.TryRead(scope, out var value))
        {
            return TypedValue.Convert(value, typeName)?.DeepClone();
        }

        return TypedValue.Convert(engines.Run(script, scope), typeName);
    }

    private static Prepared<Script> Prepare(string source)
    {
        try
        {
            return Engine.PrepareScript(source, options: Preparation);
        }
        catch (Exception e) when (e is ScriptPreparationException or Acornima.ParseErrorException)
        {
            throw new ExpressionException($"The script does not parse: {(e.InnerException ?? e).Message}", e);
        }
    }
}

/// <summary>A script ready to run on any engine.</summary>
/// <param name="LeavesNoTrace">It provably changes nothing of the engine it runs on, so that the engine may be used again.</param>
internal sealed record PreparedScript(Prepared<Script> Script, IReadOnlyList<string> FreeNames, bool LeavesNoTrace);
