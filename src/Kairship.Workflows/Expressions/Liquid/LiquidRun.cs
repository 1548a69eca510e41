using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>One evaluation of a template: its variables, its output, and what it has used up of its limits.</summary>
internal sealed class LiquidRun(IExpressionScope scope, ExpressionLimits limits)
{
    private const int WorkBetweenLooks = 1024;

    private readonly long started = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, object?> assigned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> counters = new(StringComparer.Ordinal);
    private int steps;
    private long work;
    private long nextLook;
    private long made;

    public StringBuilder Output { get; private set; } = new();

    public DateTimeOffset Now => scope.Now;

    /// <summary>Something was done whose own cost is small.</summary>
    public void Step()
    {
        if (++steps > limits.Statements)
        {
            throw new ExpressionException($"The template took more than {limits.Statements} steps.");
        }

        Charge(1);
    }

    /// <summary>Work in proportion to the count of items or characters looked at.</summary>
    public void Charge(long count)
    {
        work += count;
        if (work < nextLook)
        {
            return;
        }

        nextLook = work + WorkBetweenLooks;
        if (Stopwatch.GetElapsedTime(started) > limits.Time)
        {
            throw new ExpressionException($"The template ran longer than {limits.Time.TotalMilliseconds:0} ms.");
        }
    }

    /// <summary>Characters about to be made.</summary>
    public void Make(long characters)
    {
        made += characters;
        if (made > limits.TextLength)
        {
            throw new ExpressionException($"The template made more than {limits.TextLength} characters of text.");
        }

        Charge(characters / 16);
    }

    /// <summary>A text that was made of something whose size is bounded.</summary>
    public string Made(string text)
    {
        Make(text.Length);
        return text;
    }

    public void Write(string text)
    {
        Make(text.Length);
        Output.Append(text);
        if (Output.Length > limits.ResultText)
        {
            throw new ExpressionException($"The template's result holds more than {limits.ResultText} characters.");
        }
    }

    /// <summary>What is written meanwhile, as text.</summary>
    public string Capture(Action write)
    {
        var outer = Output;
        Output = new StringBuilder();
        write();
        var captured = Output.ToString();
        Output = outer;
        return captured;
    }

    public void Assign(string name, object? value) => assigned[name] = value;

    public object? Assigned(string name) => assigned.GetValueOrDefault(name);

    public void Unassign(string name, object? before)
    {
        if (before is null)
        {
            assigned.Remove(name);
        }
        else
        {
            assigned[name] = before;
        }
    }

    /// <summary>Increment and decrement count apart from variables.</summary>
    public long Count(string name, int by) => counters[name] = counters.GetValueOrDefault(name) + by;

    /// <summary>What a path starts with. <paramref name="taken"/>: how many of its steps belong to that.</summary>
    public object? Root(string root, IReadOnlyList<object?> keys, out int taken)
    {
        taken = 0;
        if (assigned.TryGetValue(root, out var own))
        {
            return own;
        }

        var first = keys.Count > 0 ? keys[0] as string : null;
        switch (root.ToUpperInvariant())
        {
            case "VARIABLES":
                taken = 1;
                return first is null ? null : scope.TryGetVariable(first, out var variable) ? LiquidValues.Of(variable) : throw new ExpressionException($"There is no variable '{first}' here.");
            case "INPUT":
                taken = 1;
                return first is not null && scope.TryGetInput(first, out var input) ? LiquidValues.Of(input) : null;
            case "OUTPUT":
                taken = 2;
                return first is not null && scope.TryGetOutput(first, keys.ElementAtOrDefault(1) as string ?? "Result", out var output) ? LiquidValues.Of(output) : null;
            default:
                return counters.TryGetValue(root, out var counter) ? counter : LiquidValues.Of(Instance(root));
        }
    }

    private JsonNode? Instance(string root) => root.ToUpperInvariant() switch
    {
        "LASTRESULT" => scope.LastResult,
        "CORRELATIONID" => scope.CorrelationId is { } id ? JsonValue.Create(id) : null,
        "WORKFLOWINSTANCEID" => JsonValue.Create(scope.InstanceId),
        "WORKFLOWDEFINITIONID" => JsonValue.Create(scope.DefinitionId),
        "WORKFLOWDEFINITIONVERSION" => JsonValue.Create(scope.DefinitionVersion),
        _ => null,
    };
}
