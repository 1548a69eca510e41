namespace Kairship.Storage.Workflows;

internal sealed class DefinitionRow
{
    public required string VersionId { get; set; }
    public required string DefinitionId { get; set; }
    public int Version { get; set; }
    public string? Name { get; set; }
    public string? Description { get; set; }
    public bool IsLatest { get; set; }
    public bool IsPublished { get; set; }
    public bool IsFrozen { get; set; }
    public bool IsReadonly { get; set; }
    public bool IsSystem { get; set; }

    /// <summary>The name that versions are ordered by: in lower case, empty when there is none.</summary>
    public required string NameKey { get; set; }

    /// <summary>See <see cref="Kairship.Workflows.Storage.ListText"/>.</summary>
    public required string SearchText { get; set; }

    public required string ContentHash { get; set; }
    public required string Json { get; set; }
    public long CreatedAt { get; set; }
}

/// <summary>What starts instances of a published definition.</summary>
internal sealed class TriggerRow
{
    public required string DefinitionId { get; set; }
    public required string ActivityId { get; set; }
    public required string StimulusHash { get; set; }
    public required string VersionId { get; set; }
    public required string StimulusName { get; set; }
    public required string StimulusKey { get; set; }
    public string? Data { get; set; }
    public long PublishedAt { get; set; }
    public long? FiredAt { get; set; }
}

internal sealed class InstanceRow
{
    public required string Id { get; set; }
    public required string DefinitionId { get; set; }
    public required string DefinitionVersionId { get; set; }
    public int DefinitionVersion { get; set; }
    public string? Name { get; set; }
    public string? CorrelationId { get; set; }
    public string? ParentInstanceId { get; set; }
    public int Status { get; set; }
    public int IncidentCount { get; set; }
    public string? QuarantineReason { get; set; }

    /// <summary>There is a reason: in short, for an index.</summary>
    public bool IsQuarantined { get; set; }

    /// <summary>Raised by every claim; a commit must know it.</summary>
    public long Epoch { get; set; }

    /// <summary>Claims since the last good commit.</summary>
    public int Claims { get; set; }

    /// <summary>Who holds the instance, or held it when it died; null once released.</summary>
    public string? Owner { get; set; }

    /// <summary>When the instance wants to run, as its last commit or a later message said.</summary>
    public long? DueAt { get; set; }

    /// <summary>When anybody may pick it up: the end of the lease while it has an owner, <see cref="DueAt"/> otherwise, null when finished. One column
    /// for both makes one index answer the sweep.</summary>
    public long? WakeAt { get; set; }

    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }
    public long? FinishedAt { get; set; }

    /// <summary>See <see cref="Kairship.Workflows.Storage.ListText"/>.</summary>
    public required string ListText { get; set; }

    public required byte[] State { get; set; }
}

/// <summary>Which instance a dedupe key started. Outlives the instance: a key seen once never starts another.</summary>
internal sealed class StartKeyRow
{
    public required string Key { get; set; }
    public required string InstanceId { get; set; }
    public long CreatedAt { get; set; }
}

/// <summary>A message to an instance. A consumed one stays, without its payload, so that its dedupe key stays known.</summary>
internal sealed class InboxRow
{
    public long Id { get; set; }
    public required string InstanceId { get; set; }
    public required string DedupeKey { get; set; }
    public required byte[] Payload { get; set; }
    public bool Consumed { get; set; }
}

internal sealed class BookmarkRow
{
    public required string InstanceId { get; set; }
    public required string Id { get; set; }
    public required string ActivityId { get; set; }
    public required string StimulusName { get; set; }
    public required string StimulusHash { get; set; }
    public string? CorrelationId { get; set; }
}

internal sealed class OutboxRow
{
    public long Position { get; set; }
    public required string Id { get; set; }
    public required string InstanceId { get; set; }
    public required string Kind { get; set; }
    public required byte[] Payload { get; set; }
}

/// <summary>The journal lines of one commit: see <see cref="JournalChunk"/>.</summary>
internal sealed class JournalRow
{
    public required string InstanceId { get; set; }

    /// <summary>That of the first line.</summary>
    public long Sequence { get; set; }

    /// <summary>How many lines.</summary>
    public int Count { get; set; }
    public required byte[] Lines { get; set; }
}
