using System.Globalization;
using System.Text;

namespace Kairship.Workflows.Expressions.Liquid;

/// <content>Lists and numbers.</content>
internal static partial class LiquidFilters
{
    private static Dictionary<string, LiquidFilter> Lists() => new()
    {
        ["size"] = (_, input, _) => LiquidValues.Count(input),
        ["first"] = (run, input, _) => LiquidValues.Items(input).FirstOrDefault(),
        ["last"] = (run, input, _) => Counted(run, input).LastOrDefault(),
        ["join"] = (run, input, a) => Join(run, input, a.Count > 0 ? Text(run, a[0]) : " "),
        ["reverse"] = (run, input, _) => Counted(run, input).AsEnumerable().Reverse().ToList(),
        ["sort"] = (run, input, a) => Sorted(run, input, Argument(a, 0), ignoreCase: false),
        ["sort_natural"] = (run, input, a) => Sorted(run, input, Argument(a, 0), ignoreCase: true),
        ["uniq"] = (run, input, _) => Unique(run, input),
        ["compact"] = (run, input, _) => Counted(run, input).Where(i => i is not null).ToList(),
        ["concat"] = (run, input, a) => Counted(run, input).Concat(Counted(run, Argument(a, 0))).ToList(),
        ["map"] = (run, input, a) => Counted(run, input).Select(i => LiquidValues.Member(i, Argument(a, 0))).ToList(),
        ["where"] = (run, input, a) => Counted(run, input)
            .Where(i => LiquidValues.Member(i, Argument(a, 0)) is var value && (a.Count > 1 ? LiquidValues.AreEqual(run, value, a[1]) : LiquidValues.IsTrue(value))).ToList(),
        ["sum"] = (run, input, a) => Tidy(Counted(run, input).Sum(i => LiquidValues.Number(a.Count > 0 ? LiquidValues.Member(i, a[0]) : i))),
        ["slice"] = (run, input, a) => Slice(run, input, LiquidValues.Whole(Argument(a, 0)), a.Count > 1 ? LiquidValues.Whole(a[1]) : 1),
    };

    private static Dictionary<string, LiquidFilter> Numbers() => new()
    {
        ["plus"] = (_, input, a) => Tidy(Left(input) + Right(a)),
        ["minus"] = (_, input, a) => Tidy(Left(input) - Right(a)),
        ["times"] = (_, input, a) => Tidy(Left(input) * Right(a)),
        ["divided_by"] = (_, input, a) => AreWhole(input, a) ? Tidy(Math.Floor(Left(input) / Right(a))) : Left(input) / Right(a),
        ["modulo"] = (_, input, a) => Tidy(Left(input) - (Right(a) * Math.Floor(Left(input) / Right(a)))),
        ["abs"] = (_, input, _) => Tidy(Math.Abs(Left(input))),
        ["ceil"] = (_, input, _) => Tidy(Math.Ceiling(Left(input))),
        ["floor"] = (_, input, _) => Tidy(Math.Floor(Left(input))),
        ["round"] = (_, input, a) => Tidy(Math.Round(Left(input), (int)Math.Clamp(LiquidValues.Whole(Argument(a, 0)), 0, 20), MidpointRounding.AwayFromZero)),
        ["at_least"] = (_, input, a) => Tidy(Math.Max(Left(input), Right(a))),
        ["at_most"] = (_, input, a) => Tidy(Math.Min(Left(input), Right(a))),
    };

    private static decimal Left(object? input) => LiquidValues.Number(input);

    private static decimal Right(IReadOnlyList<object?> arguments) => LiquidValues.Number(Argument(arguments, 0));

    private static bool AreWhole(object? input, IReadOnlyList<object?> arguments) => decimal.IsInteger(Left(input)) && Argument(arguments, 0) is long;

    /// <summary>A whole number is one again: 3, not 3.00.</summary>
    private static object Tidy(decimal number) => decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue ? (object)(long)number : number;

    private static List<object?> Counted(LiquidRun run, object? value)
    {
        var items = new List<object?>();
        foreach (var item in LiquidValues.Items(value))
        {
            run.Step();
            items.Add(item);
        }

        return items;
    }

    private static string Join(LiquidRun run, object? input, string glue)
    {
        var all = new StringBuilder();
        var isFirst = true;
        foreach (var item in LiquidValues.Items(input))
        {
            run.Step();
            var text = Text(run, item);
            run.Make(text.Length + (long)glue.Length);
            all.Append(isFirst ? "" : glue).Append(text);
            isFirst = false;
        }

        return all.ToString();
    }

    private static List<object?> Sorted(LiquidRun run, object? input, object? property, bool ignoreCase)
    {
        var items = Counted(run, input);
        var comparer = Comparer<object?>.Create((x, y) =>
        {
            run.Charge(1);
            return x is string a && y is string b ? string.Compare(a, b, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
                : LiquidValues.Compare(x, y) ?? Rank(x).CompareTo(Rank(y));
        });
        try
        {
            return [.. items.OrderBy(i => property is null ? i : LiquidValues.Member(i, property), comparer)];
        }
        catch (InvalidOperationException e) when (e.InnerException is ExpressionException limit)
        {
            // Sorting wraps what a comparison throws.
            throw new ExpressionException(limit.Message, e);
        }
    }

    /// <summary>What cannot be compared still has an order, so that sorting ends: numbers, texts, the rest, nothing.</summary>
    private static int Rank(object? value) => value switch
    {
        long or decimal => 0,
        string => 1,
        null => 3,
        _ => 2,
    };

    private static List<object?> Unique(LiquidRun run, object? input)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. Counted(run, input).Where(i => seen.Add(i is null ? "n" : $"{Rank(i).ToString(CultureInfo.InvariantCulture)}{Text(run, i)}"))];
    }

    private static object? Slice(LiquidRun run, object? input, long start, long length)
    {
        if (input is not string && input is System.Collections.IEnumerable)
        {
            var items = Counted(run, input);
            var (from, count) = Cut(items.Count, start, length);
            return items.GetRange(from, count);
        }

        var text = Text(run, input);
        var (at, take) = Cut(text.Length, start, length);
        return run.Made(text.Substring(at, take));
    }

    private static (int From, int Count) Cut(int size, long start, long length)
    {
        var from = Math.Clamp(start < 0 ? start + size : start, 0, size);
        return ((int)from, (int)Math.Clamp(length, 0, size - from));
    }
}
