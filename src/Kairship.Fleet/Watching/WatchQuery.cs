namespace Kairship.Fleet.Watching;

/// <summary>How much of each object a watch transfers and keeps.</summary>
public enum WatchContent
{
    /// <summary>All of it but metadata.managedFields, which often are half of an object and of no use to who follows states.</summary>
    Whole,

    /// <summary>Metadata alone (PartialObjectMetadata), for who needs to know that something changed and not what.</summary>
    Metadata,
}

/// <summary>What to watch.</summary>
/// <param name="Namespace">null: all.</param>
/// <param name="Content">How much of each object.</param>
public sealed record WatchQuery(string ApiVersion, string Kind, string? Namespace = null, string? LabelSelector = null, WatchContent Content = WatchContent.Whole);
