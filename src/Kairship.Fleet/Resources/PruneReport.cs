using Kairship.Delivery.Manifests;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources;

public enum PruneOutcome
{
    /// <summary>Deleted, and gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    NotFound,

    /// <summary>Left alone: not this application's, or of a kind that is never pruned.</summary>
    Kept,

    /// <summary>Deletion began and was not over at the deadline.</summary>
    StillThere,
    Failed,
}

public sealed record PrunedObject(ObjectRef Ref, PruneOutcome Outcome, string Message = "", bool IsTransient = false);

/// <summary>What became of each object.</summary>
public sealed record PruneReport(string Cluster, IReadOnlyList<PrunedObject> Objects)
{
    /// <summary>Nothing is left that should have gone.</summary>
    public bool Succeeded => Objects.All(o => o.Outcome is not (PruneOutcome.Failed or PruneOutcome.StillThere));

    public IReadOnlyList<PrunedObject> Failures => [.. Objects.Where(o => o.Outcome is PruneOutcome.Failed or PruneOutcome.StillThere)];
}

/// <summary>A kind to look through.</summary>
public sealed record ObjectKind(string ApiVersion, string Kind);

/// <summary>On whose behalf objects are deleted, and how far that goes.</summary>
public sealed record PruneOptions
{
    /// <summary>Its members belong to the application too, and its parent is brought in line with what is left. null: only the application's label counts.</summary>
    public ApplySet? Set { get; init; }

    /// <summary>What the application keeps; the set's parent then says no more than that. null: the parent is left as it is.</summary>
    public IReadOnlyList<ObjectRef>? Keeps { get; init; }

    /// <summary>With <see cref="Epoch"/>: what a newer epoch of this release has written stays.</summary>
    public string? ReleaseId { get; init; }

    public long? Epoch { get; init; }

    /// <summary>Deletes namespaces too, with everything in them; they stay otherwise.</summary>
    public bool Namespaces { get; init; }

    /// <summary>Deletes CustomResourceDefinitions too, with all objects of their kinds; they stay otherwise.</summary>
    public bool Definitions { get; init; }
}
