namespace Kairship.Storage.Clusters;

internal sealed class ClusterHealthRow
{
    public required string Cluster { get; set; }

    /// <summary>JSON; null: nothing is known, or the cluster was removed.</summary>
    public string? Report { get; set; }

    /// <summary>The number of the last transition; stays when the cluster is removed, so that no number is used twice.</summary>
    public long Transition { get; set; }

    /// <summary>The node that looks at it; null: nobody.</summary>
    public string? Owner { get; set; }

    public long LeaseUntil { get; set; }
}

internal sealed class ClusterTransitionRow
{
    public required string Cluster { get; set; }
    public long Number { get; set; }
    public string? FromStatus { get; set; }
    public required string ToStatus { get; set; }
    public required string Reason { get; set; }
    public required string Message { get; set; }
    public long At { get; set; }

    /// <summary>0: to nobody. 1: to those who waited for it. 2: to all.</summary>
    public int Announced { get; set; }
}
