namespace Kairship.Storage.Clusters;

internal sealed class ClusterRow
{
    public required string Name { get; set; }
    public required string Labels { get; set; }
    public required byte[] ProtectedKubeconfig { get; set; }
    public string? Context { get; set; }
    public required string Server { get; set; }
    public long Revision { get; set; }
    public long JoinedAt { get; set; }

    /// <summary>JSON; null: none.</summary>
    public string? Taints { get; set; }

    /// <summary>A removed cluster leaves its revision behind and nothing else: one that joins again under the name must not look unchanged.</summary>
    public bool IsRemoved { get; set; }
}
