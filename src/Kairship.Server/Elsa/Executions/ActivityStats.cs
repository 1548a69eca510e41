namespace Kairship.Server.Elsa.Executions;

/// <summary>What the executions of one activity came to, as the badges of a diagram show it.</summary>
internal sealed record ActivityStats(
    string ActivityId, string ActivityNodeId, long StartedCount, long CompletedCount, long UncompletedCount, bool IsBlocked, bool IsFaulted, int AggregateFaultCount)
{
#pragma warning disable CA1822 // Part of the answer.
    public IReadOnlyDictionary<string, object?> Metadata => ObjectMap.Empty;
#pragma warning restore CA1822
}

internal sealed record ActivityReport(IReadOnlyList<ActivityStats> Stats);

/// <summary>A dictionary as Elsa writes it: it says of itself that it is one.</summary>
internal static class ObjectMap
{
    public static IReadOnlyDictionary<string, object?> Empty { get; } = Of();

    public static IReadOnlyDictionary<string, object?> Of(params ReadOnlySpan<KeyValuePair<string, object?>> values)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            map[name] = value;
        }

        map["_type"] = "ObjectMap";
        return map;
    }
}
