using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Expressions.Liquid;

namespace Kairship.Workflows.Definitions;

/// <summary>One run of the compiler over one definition: what was found so far.</summary>
internal sealed class Compilation(ActivityRegistry registry, ExpressionCompiler expressions)
{
    public const int MaxDepth = 64;
    public const int MaxActivities = 5_000;
    public const int MaxProblems = 200;

    /// <summary>Variables, inputs or outputs declared in one place, or cases of one switch.</summary>
    public const int MaxDeclared = 1_000;

    private readonly List<DefinitionProblem> problems = [];

    public ActivityRegistry Registry => registry;

    public ExpressionCompiler Expressions => expressions;

    public IReadOnlyList<DefinitionProblem> Problems => problems;

    public bool HasErrors { get; private set; }

    /// <summary>In the order of the document, parents first. A place stays empty when its activity does not compile.</summary>
    public List<ActivityNode?> Nodes { get; } = [];

    /// <summary>Ids of all activities, compiled or not.</summary>
    public HashSet<string> Ids { get; } = [];

    /// <summary>Ids and names of all activities, as scripts may call them.</summary>
    public HashSet<string> ActivityNames { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Ids of activities that others name as their compensation.</summary>
    public HashSet<string> Compensations { get; init; } = [];

    /// <summary>The first activity of each name, by name.</summary>
    public Dictionary<string, string> NamedActivities { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> InputNames { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Scripts whose names are looked up when all activities are known.</summary>
    public List<(string ActivityId, string Property, JavaScriptExpression Script, VariableScope Scope)> Scripts { get; } = [];

    /// <summary>Names that Liquid templates use.</summary>
    public List<(string ActivityId, string Property, LiquidNames Names, VariableScope Scope)> Templates { get; } = [];

    public void Error(string? activityId, string? property, string code, string message) => Add(activityId, property, code, message, true);

    public void Warn(string? activityId, string? property, string code, string message) => Add(activityId, property, code, message, false);

    /// <summary>Compiles an expression or reports why it does not.</summary>
    public CompiledExpression? Expression(string activityId, string property, string type, JsonNode? value, string typeName, VariableScope scope)
    {
        try
        {
            var compiled = expressions.Compile(type, value, typeName);
            if (compiled is JavaScriptExpression script)
            {
                Scripts.Add((activityId, property, script, scope));
            }
            else if (compiled is LiquidExpression template)
            {
                Templates.Add((activityId, property, template.Names, scope));
            }

            return compiled;
        }
        catch (ExpressionException e)
        {
            Error(activityId, property, ProblemCode.Expression, e.Message);
            return null;
        }
    }

    private void Add(string? activityId, string? property, string code, string message, bool isError)
    {
        HasErrors |= isError;
        if (problems.Count < MaxProblems)
        {
            problems.Add(new DefinitionProblem(activityId, property, code, message, isError));
        }
    }
}
