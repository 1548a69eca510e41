namespace Kairship.Delivery.Manifests;

/// <summary>How much a source may hold before it is refused; aliases count as what they expand to.</summary>
public sealed record ManifestLimits
{
    public static ManifestLimits Default { get; } = new();

    /// <value>UTF-8 bytes of the whole source. Default 4 MB.</value>
    public int MaxBytes { get; init; } = 4 * 1024 * 1024;

    /// <value>Nested objects and lists. Default 64.</value>
    public int MaxDepth { get; init; } = 64;

    /// <value>Scalars, objects and lists over all documents. Default 500,000.</value>
    public int MaxNodes { get; init; } = 500_000;

    /// <value>Objects after lists are expanded. Default 5,000.</value>
    public int MaxObjects { get; init; } = 5_000;
}

/// <summary>One document of a source. <paramref name="Index"/> and <paramref name="Line"/> count from 1.</summary>
internal sealed record SourceDocument(System.Text.Json.Nodes.JsonNode? Root, int Index, long Line)
{
    public string Where => $"document {Index} (line {Line})";
}

/// <summary>What is left of <see cref="ManifestLimits"/> while a source is read.</summary>
internal sealed class ReadBudget(ManifestLimits limits)
{
    private int _nodes;

    public void Enter(int depth, Func<string> where)
    {
        if (depth > limits.MaxDepth)
        {
            throw new ManifestException($"{where()}: nested deeper than {limits.MaxDepth} levels; no Kubernetes object needs that.");
        }

        Spend(1, where);
    }

    public void Spend(int nodes, Func<string> where)
    {
        _nodes += nodes;
        if (_nodes > limits.MaxNodes)
        {
            throw new ManifestException($"{where()}: more than {limits.MaxNodes:N0} values, aliases expanded; split the source.");
        }
    }
}
