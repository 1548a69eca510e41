using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources;

public enum ApplyOutcome
{
    Created,

    /// <summary>It was there and the write changed it (the marks of the release count).</summary>
    Configured,

    /// <summary>A field could not be changed, and it was allowed to delete the object and create it anew.</summary>
    Recreated,

    /// <summary>It was there and is exactly as it was.</summary>
    Unchanged,
    Failed,
}

/// <summary>What became of one object.</summary>
/// <param name="Reason">For failures, one word: a <see cref="Clusters.ClusterFailure"/>, or NamespaceNotFound, UnknownKind, NotOurs, Superseded, Terminating, ImmutableField, NotRecreated, NotEstablished, Skipped.</param>
/// <param name="Message">For failures: the cluster's own words and what would be right.</param>
/// <param name="IsTransient">The same write may well succeed later.</param>
/// <param name="Fields">For Conflict, ImmutableField and Invalid: the fields that it is about.</param>
public sealed record ObjectApplied(
    ObjectRef Ref, ApplyOutcome Outcome, string? Reason = null, string Message = "", bool IsTransient = false, IReadOnlyList<string>? Fields = null);

/// <summary>What became of all objects, in the order they were given.</summary>
public sealed record ApplyReport(string Cluster, IReadOnlyList<ObjectApplied> Objects)
{
    public bool Succeeded => Objects.All(o => o.Outcome != ApplyOutcome.Failed);

    public IReadOnlyList<ObjectApplied> Failures => [.. Objects.Where(o => o.Outcome == ApplyOutcome.Failed)];

    /// <summary>There are failures and all of them may pass when tried again (those skipped because of another do not count).</summary>
    public bool IsTransient => !Succeeded && Failures.Where(f => f.Reason != "Skipped").All(f => f.IsTransient);
}
