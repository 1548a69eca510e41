using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Plans;

public enum PlannedAction
{
    Create,
    Update,
    Unchanged,
    Delete,

    /// <summary>A field that cannot change in place differs: the object has to be deleted and created anew, which the application must allow.</summary>
    Recreate,
}

/// <summary>One field that differs. Path in dots and brackets (".spec.template.spec.containers[name=web].image"); values as compact JSON, null where absent; secrets masked.</summary>
public sealed record FieldChange(string Path, string? Before, string? After);

/// <param name="Changes">Of updates. Those of a creation are its whole content, and only where that was asked for: the manifests' digest stands for it.</param>
/// <param name="Note">What could not be found out, and why.</param>
public sealed record PlannedObject(ObjectRef Ref, PlannedAction Action, IReadOnlyList<FieldChange> Changes, string? Note = null);

/// <summary>What stands in the way: the object, and the cluster's own words.</summary>
public sealed record PlanProblem(ObjectRef? Ref, string Message);

/// <summary>What a release does in one cluster. Labels are the cluster's at planning time, so that rendering again gives the same.</summary>
/// <param name="Replicas">Replicas of each workload here ("Deployment/web" to 3), after division; a workload scaled by an HPA is absent.</param>
/// <param name="ManifestDigest">SHA-256 of the rendered manifests for this cluster.</param>
public sealed record ClusterPlan(
    string Cluster, IReadOnlyDictionary<string, string> Labels, string Wave, IReadOnlyDictionary<string, int> Replicas, string ManifestDigest,
    IReadOnlyList<PlannedObject> Objects, IReadOnlyList<PlanProblem> Problems)
{
    public PlannedRole Role { get; init; }

    /// <summary>"Deployment/web" to what its autoscaler here gets. Not part of the digest: the manifests are. null where the cluster's autoscalers are not Kairship's to bound.</summary>
    public IReadOnlyDictionary<string, ScalingShare>? Bounds { get; init; }

    /// <summary>Which override rules changed what here. Not part of the digest: the manifests are. null in plans from before it was kept.</summary>
    public OverrideSummary? Overrides { get; init; }
}

/// <summary>The clusters of a wave, in order, and how many at a time.</summary>
public sealed record PlannedWave(string Name, IReadOnlyList<string> Clusters, int MaxConcurrency);

/// <summary>Everything a release would do, and a digest that an approval is bound to.</summary>
/// <param name="Digest">SHA-256 over application, revision, waves, steps and every cluster's manifests and actions.</param>
public sealed record Plan(
    string Application, string Revision, string? FromRevision, IReadOnlyList<PlannedWave> Waves, IReadOnlyList<ClusterPlan> Clusters, string Digest)
{
    /// <summary>Why the application goes where it goes; null in plans from before it was kept.</summary>
    public PlanPlacement? Placement { get; init; }

    /// <summary>The clusters that get the revision.</summary>
    public IEnumerable<ClusterPlan> Targets => Clusters.Where(c => c.Role == PlannedRole.Target);

    /// <summary>Where it puts the application, as the next decision sees it.</summary>
    public PreviousPlacement ToPrevious() => new(Targets.ToDictionary(c => c.Cluster, c => c.Replicas), Placement?.Alternative);

    public bool HasProblems => Clusters.Any(c => c.Problems.Count > 0);
    public bool HasChanges => Clusters.Any(c => c.Objects.Any(o => o.Action != PlannedAction.Unchanged));
}
