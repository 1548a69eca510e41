namespace Kairship.Storage.Delivery;

internal sealed class ApplicationRow
{
    public required string Name { get; set; }
    public required string Spec { get; set; }
    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }
}

/// <summary>Where an application stands. Apart from its spec, because a release sets it whether or not the spec is still there.</summary>
internal sealed class ApplicationStateRow
{
    public required string Application { get; set; }
    public string? CurrentRevision { get; set; }

    /// <summary>Who has the one right to change the application; null: nobody.</summary>
    public string? Holder { get; set; }
    public int Purpose { get; set; }
    public long Epoch { get; set; }
    public long Since { get; set; }
}

internal sealed class RevisionRow
{
    public required string Application { get; set; }
    public int Number { get; set; }
    public required string Name { get; set; }
    public required string Manifests { get; set; }
    public required string Digest { get; set; }
    public required string CreatedBy { get; set; }
    public long CreatedAt { get; set; }
}

internal sealed class ReleaseRow
{
    public required string Id { get; set; }
    public required string Application { get; set; }
    public int Number { get; set; }
    public required string Revision { get; set; }
    public string? FromRevision { get; set; }
    public required string Workflow { get; set; }
    public string? InstanceId { get; set; }
    public int Status { get; set; }
    public string? Reason { get; set; }
    public required string RequestedBy { get; set; }
    public long RequestedAt { get; set; }
    public long? FinishedAt { get; set; }
    public required string Spec { get; set; }
    public string? Change { get; set; }
    public string? DedupeKey { get; set; }
}

internal sealed class ReleaseClusterRow
{
    public required string ReleaseId { get; set; }
    public required string Cluster { get; set; }

    /// <summary>When within its release it was first saved: waves are listed in this order.</summary>
    public int Position { get; set; }
    public required string Wave { get; set; }
    public int Phase { get; set; }
    public int Weight { get; set; }
    public int Ready { get; set; }
    public int Desired { get; set; }
    public required string Health { get; set; }
    public string? Message { get; set; }
    public long UpdatedAt { get; set; }
}

internal sealed class ReleaseEventRow
{
    public long Position { get; set; }
    public required string ReleaseId { get; set; }
    public required string DedupeKey { get; set; }
    public long At { get; set; }
    public required string Kind { get; set; }
    public string? Cluster { get; set; }
    public required string Message { get; set; }
}

internal sealed class PlanRow
{
    public required string ReleaseId { get; set; }
    public required string Body { get; set; }
}

internal sealed class ApprovalRow
{
    public required string Id { get; set; }
    public int Status { get; set; }
    public long RequestedAt { get; set; }

    /// <summary>The whole approval; also what an update compares with.</summary>
    public required string Body { get; set; }
}

internal sealed class DriftRow
{
    public required string Application { get; set; }

    /// <summary>When the clusters are compared again.</summary>
    public long DueAt { get; set; }

    /// <summary>The whole report; null before the first.</summary>
    public string? Body { get; set; }
}
