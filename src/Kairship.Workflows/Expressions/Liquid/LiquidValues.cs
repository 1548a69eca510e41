using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>What <c>empty</c> and <c>blank</c> are compared with.</summary>
internal sealed class LiquidEmpty
{
    public static readonly LiquidEmpty Instance = new();
}

/// <summary>Whole numbers from one to another, never laid out in memory.</summary>
internal sealed record LiquidInterval(long From, long To) : IEnumerable<object?>
{
    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = From; i <= To && i < long.MaxValue; i++)
        {
            yield return i;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// A template's values: null, bool, long, decimal, string, JSON objects and arrays of the instance (read only), lists that filters made, intervals. Nothing of .NET is
/// reachable from any of them.
/// </summary>
internal static class LiquidValues
{
    public static object? Of(JsonNode? node) => node switch
    {
        null => null,
        JsonObject or JsonArray => node,
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => Parse(node.ToJsonString()) ?? node.ToJsonString(),
            JsonValueKind.String => TypedValue.Text(node),
            _ => null,
        },
    };

    /// <summary>The number in a text, or null.</summary>
    public static object? Parse(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var whole) ? (object)whole
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    public static object? Member(object? value, object? key) => (value, key) switch
    {
        (JsonObject o, string name) => o.TryGetPropertyValue(name, out var found) ? Of(found) : name == "size" ? (long)o.Count : null,
        (JsonArray a, long index) => index < 0 ? At(a, index + a.Count) : At(a, index),
        (List<object?> list, long index) => (index < 0 ? index + list.Count : index) is var i && i >= 0 && i < list.Count ? list[(int)i] : null,
        (string text, "size") => (long)text.Length,
        (JsonArray or List<object?> or LiquidInterval, "size") => Count(value),
        (JsonArray a, "first") => At(a, 0),
        (JsonArray a, "last") => At(a, a.Count - 1),
        (List<object?> list, "first") => list.FirstOrDefault(),
        (List<object?> list, "last") => list.LastOrDefault(),
        _ => null,
    };

    public static long Count(object? value) => value switch
    {
        string text => text.Length,
        JsonArray a => a.Count,
        JsonObject o => o.Count,
        List<object?> list => list.Count,
        LiquidInterval range => Math.Max(0, range.To - range.From + 1),
        _ => 0,
    };

    /// <summary>The items of anything that has some; an object has pairs.</summary>
    public static IEnumerable<object?> Items(object? value) => value switch
    {
        null => [],
        JsonArray a => a.Select(Of),
        JsonObject o => o.Select(p => (object?)new List<object?> { p.Key, Of(p.Value) }),
        IEnumerable<object?> list => list,
        "" => [],
        _ => [value],
    };

    public static bool IsTrue(object? value) => value is not (null or false);

    public static bool IsEmpty(object? value) => value switch
    {
        null or false => true,
        string text => string.IsNullOrWhiteSpace(text),
        JsonNode or List<object?> or LiquidInterval => Count(value) == 0,
        _ => false,
    };

    public static bool AreEqual(LiquidRun run, object? left, object? right)
    {
        switch (left, right)
        {
            case (LiquidEmpty, _):
                return IsEmpty(right);
            case (_, LiquidEmpty):
                return IsEmpty(left);
            case (string a, string b):
                run.Charge(Math.Min(a.Length, b.Length) / 64);
                return a == b;
            case (long or decimal, long or decimal):
                return Number(left) == Number(right);
            case (JsonNode a, JsonNode b):
                run.Charge(LiquidText.Of(run, a).Length + LiquidText.Of(run, b).Length);
                return JsonNode.DeepEquals(a, b);
            default:
                return Equals(left, right);
        }
    }

    /// <summary>Null where two values have no order.</summary>
    public static int? Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long or decimal or string, long or decimal or string) when TryNumber(left) is { } a && TryNumber(right) is { } b => a.CompareTo(b),
        _ => null,
    };

    public static bool Contains(LiquidRun run, object? whole, object? part)
    {
        if (whole is string text)
        {
            var sought = LiquidText.Of(run, part);
            run.Charge(text.Length);
            return text.Contains(sought, StringComparison.Ordinal);
        }

        foreach (var item in Items(whole))
        {
            run.Step();
            if (AreEqual(run, item, part))
            {
                return true;
            }
        }

        return false;
    }

    public static decimal? TryNumber(object? value) => value switch
    {
        long whole => whole,
        decimal number => number,
        string text when text.Length < 64 => Parse(text) switch
        {
            long parsed => parsed,
            decimal parsed => parsed,
            _ => (decimal?)null,
        },
        _ => null,
    };

    /// <summary>A number; what is none counts as 0, as everywhere in Liquid.</summary>
    public static decimal Number(object? value) => TryNumber(value) ?? 0;

    public static long Whole(object? value) => (long)Math.Clamp(Math.Truncate(Number(value)), long.MinValue / 4, long.MaxValue / 4);

    private static object? At(JsonArray array, long index) => index >= 0 && index < array.Count ? Of(array[(int)index]) : null;
}
