namespace Kairship.Fleet.Resources;

/// <summary>What a cluster says about a manifest that does not fit its schema, as one sentence that says what would be right.</summary>
internal static class SchemaHints
{
    private static readonly (string Sign, string Hint)[] Known =
    [
        ("field not declared in schema", "this cluster's version does not know the field: leave it out for this cluster, correct its spelling, or upgrade the cluster"),
        ("omits key field", "this cluster's version does not fill in a list's key by itself: write it out in the manifest"),
    ];

    public static string Explain(string detail)
    {
        var sentence = string.Join("; ", detail.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Replace(":; ", ": ", StringComparison.Ordinal);
        var hints = Known.Where(k => sentence.Contains(k.Sign, StringComparison.Ordinal)).Select(k => k.Hint).ToList();
        return hints.Count == 0 ? sentence : $"{sentence} ({string.Join("; ", hints)})";
    }
}
