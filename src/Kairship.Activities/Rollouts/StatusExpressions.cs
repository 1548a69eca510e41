using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Fleet.Resources.Status;
using Kairship.Workflows.Expressions;

namespace Kairship.Activities.Rollouts;

/// <summary>
/// Evaluates the expressions of status rules with the engine's JavaScript, under limits of their own: they run for every object at every look. Nothing that one evaluation does is
/// left for the next, and nothing but the object can be reached.
/// </summary>
public sealed class StatusExpressions(TimeProvider time)
{
    private const int KnownExpressions = 1000;

    private static readonly ExpressionLimits Limits = new()
    {
        Time = TimeSpan.FromMilliseconds(250), Statements = 20_000, Recursion = 32, ArrayLength = 100_000, Source = StatusRule.MaxLength + 200,
    };

    private readonly ExpressionCompiler compiler = new(Limits);
    private readonly ConcurrentDictionary<string, CompiledExpression> known = new(StringComparer.Ordinal);

    /// <summary>Null: the application has none.</summary>
    public OwnStatusRules? RulesOf(Application application) => application.Status.Count == 0 ? null : new OwnStatusRules(application.Status, Evaluate);

    /// <summary>What is wrong with an expression; null: it is JavaScript.</summary>
    public string? Check(string expression)
    {
        try
        {
            Compile(expression);
            return null;
        }
        catch (ExpressionException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>The value of an expression in which <c>object</c> is a copy of <paramref name="obj"/>.</summary>
    /// <exception cref="StatusExpressionException">It failed, or ran past a limit.</exception>
    public JsonNode? Evaluate(string expression, JsonObject obj)
    {
        try
        {
            return Find(expression).Evaluate(new ObjectScope(obj, time.GetUtcNow()));
        }
        catch (ExpressionException exception)
        {
            throw new StatusExpressionException(exception.Message, exception);
        }
    }

    private CompiledExpression Find(string expression)
    {
        if (known.TryGetValue(expression, out var compiled))
        {
            return compiled;
        }

        // Expressions of applications long gone go with all others: they are soon compiled again.
        if (known.Count >= KnownExpressions)
        {
            known.Clear();
        }

        return known[expression] = Compile(expression);
    }

    private CompiledExpression Compile(string expression) =>
        compiler.Compile("JavaScript", JsonValue.Create($"(function (object) {{ return (\n{expression}\n); }})(getInput('{ObjectScope.Name}'))"), "Object");

    /// <summary>The object, nothing else.</summary>
    private sealed class ObjectScope(JsonObject obj, DateTimeOffset now) : IExpressionScope
    {
        public const string Name = "object";

        public string InstanceId => "";

        public string? CorrelationId => null;

        public string DefinitionId => "";

        public int DefinitionVersion => 1;

        public IEnumerable<string> VariableNames => [];

        public IEnumerable<string> InputNames => [Name];

        public JsonNode? LastResult => null;

        public DateTimeOffset Now => now;

        public bool TryGetInput(string name, out JsonNode? value)
        {
            var known = name.Equals(Name, StringComparison.OrdinalIgnoreCase);
            value = known ? obj : null;
            return known;
        }

        public bool TryGetVariable(string name, out JsonNode? value)
        {
            value = null;
            return false;
        }

        public bool TrySetVariable(string name, JsonNode? value) => false;

        public bool TryGetOutput(string activity, string output, out JsonNode? value)
        {
            value = null;
            return false;
        }
    }
}
