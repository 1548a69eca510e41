using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Drift;

public enum DriftKind
{
    /// <summary>It is there, and fields that were released differ.</summary>
    Changed,

    /// <summary>It was released and is gone.</summary>
    Missing,

    /// <summary>It carries the application's label and was not released.</summary>
    Extra,
}

/// <summary>One object that is not as it was released.</summary>
/// <param name="Changes">Before: as it is. After: as it was released. Secrets masked.</param>
/// <param name="Managers">Who owns the fields that differ, as the cluster says; whoever wrote last first.</param>
public sealed record DriftedObject(ObjectRef Ref, DriftKind Kind, IReadOnlyList<FieldChange> Changes, IReadOnlyList<string> Managers);

public enum DriftState
{
    InSync,
    Drifted,

    /// <summary>It was put back again and again, and somebody else keeps changing it: nobody does any more.</summary>
    FoughtOver,

    /// <summary>The cluster could not be compared.</summary>
    Unknown,
}

/// <summary>How one cluster stands against what was released.</summary>
/// <param name="Problems">What could not be compared or put back, and why.</param>
/// <param name="Since">Since when the state is this one.</param>
public sealed record ClusterDrift(
    string Cluster, DriftState State, IReadOnlyList<DriftedObject> Objects, IReadOnlyList<PlanProblem> Problems, string Message, DateTimeOffset Since);

/// <summary>When an object was put back, within the window that counts.</summary>
/// <param name="Object">Its identity.</param>
public sealed record HealedObject(string Cluster, string Object, IReadOnlyList<DateTimeOffset> At);

/// <summary>How all clusters of an application stand against what was released.</summary>
/// <param name="Release">The release that put it there.</param>
/// <param name="Heals">What was put back lately, for the limits of healing.</param>
public sealed record DriftReport(
    string Application, string Release, string Revision, DateTimeOffset At, IReadOnlyList<ClusterDrift> Clusters, IReadOnlyList<HealedObject> Heals)
{
    public bool HasDrift => Clusters.Any(c => c.State is DriftState.Drifted or DriftState.FoughtOver);

    public bool HasProblems => Clusters.Any(c => c.State == DriftState.Unknown || c.Problems.Count > 0);
}
