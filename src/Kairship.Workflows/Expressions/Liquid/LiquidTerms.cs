namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>Something in a template that has a value.</summary>
internal abstract class LiquidTerm
{
    public abstract object? Evaluate(LiquidRun run);
}

internal sealed class LiquidConstant(object? value) : LiquidTerm
{
    public object? Value { get; } = value;

    public override object? Evaluate(LiquidRun run) => Value;
}

/// <summary><c>Variables.Plan.clusters[0].name</c>: what is not there is nothing.</summary>
internal sealed class LiquidPath(string root, IReadOnlyList<LiquidTerm> steps) : LiquidTerm
{
    public override object? Evaluate(LiquidRun run)
    {
        run.Step();
        var keys = steps.Select(s => s.Evaluate(run)).ToList();
        var value = run.Root(root, keys, out var taken);
        foreach (var key in keys.Skip(taken))
        {
            value = LiquidValues.Member(value, key);
        }

        return value;
    }
}

internal sealed class LiquidRange(LiquidTerm from, LiquidTerm to) : LiquidTerm
{
    public override object? Evaluate(LiquidRun run) =>
        new LiquidInterval(LiquidValues.Whole(from.Evaluate(run)), LiquidValues.Whole(to.Evaluate(run)));
}

internal delegate object? LiquidFilter(LiquidRun run, object? input, IReadOnlyList<object?> arguments);

internal sealed record LiquidFilterCall(string Name, LiquidFilter Filter, IReadOnlyList<LiquidTerm> Arguments);

internal sealed class LiquidFiltered(LiquidTerm value, IReadOnlyList<LiquidFilterCall> filters) : LiquidTerm
{
    public override object? Evaluate(LiquidRun run)
    {
        var result = value.Evaluate(run);
        foreach (var call in filters)
        {
            run.Step();
            try
            {
                result = call.Filter(run, result, [.. call.Arguments.Select(a => a.Evaluate(run))]);
            }
            catch (Exception e) when (e is OverflowException or DivideByZeroException or FormatException or ArgumentException)
            {
                throw new ExpressionException($"The filter '{call.Name}' failed: {e.Message}", e);
            }
        }

        return result;
    }
}

internal sealed record LiquidComparison(LiquidTerm Left, string? Operator, LiquidTerm? Right)
{
    public bool Holds(LiquidRun run)
    {
        run.Step();
        var left = Left.Evaluate(run);
        if (Operator is null)
        {
            return LiquidValues.IsTrue(left);
        }

        var right = Right!.Evaluate(run);
        return Operator switch
        {
            "==" => LiquidValues.AreEqual(run, left, right),
            "!=" or "<>" => !LiquidValues.AreEqual(run, left, right),
            "contains" => LiquidValues.Contains(run, left, right),
            _ => LiquidValues.Compare(left, right) is { } order && Operator switch
            {
                "<" => order < 0,
                ">" => order > 0,
                "<=" => order <= 0,
                _ => order >= 0,
            },
        };
    }
}

/// <summary>Comparisons, each with whether "and" (or else "or") follows. From the right: <c>a and b or c</c> is <c>a and (b or c)</c>.</summary>
internal sealed class LiquidCondition(IReadOnlyList<(LiquidComparison Part, bool IsAnd)> parts)
{
    public bool Holds(LiquidRun run)
    {
        var result = parts[^1].Part.Holds(run);
        for (var i = parts.Count - 2; i >= 0; i--)
        {
            result = parts[i].IsAnd ? parts[i].Part.Holds(run) && result : parts[i].Part.Holds(run) || result;
        }

        return result;
    }
}
