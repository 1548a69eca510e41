using System.Text.Json.Serialization;
using Kairship.Api.Releases;

namespace Kairship.Api.Applications;

/// <summary>What would a release do? Writes nothing. Give <see cref="Source"/> or <see cref="Images"/>, or the name of a revision that exists.</summary>
/// <param name="Whole">Creations list every field that they hold; the digest is the same.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlanRequest(string? Source = null, IReadOnlyList<ImageTag>? Images = null, string? Revision = null, bool Whole = false);

public sealed record PlanInfo(
    string Application, string Revision, string? FromRevision, string Digest, bool HasChanges, bool HasProblems,
    IReadOnlyList<PlannedWaveInfo> Waves, IReadOnlyList<ClusterPlanInfo> Clusters);

public sealed record PlannedWaveInfo(string Name, IReadOnlyList<string> Clusters, int MaxConcurrency);

/// <param name="Replicas">Replicas of each workload here ("Deployment/web" to 3).</param>
public sealed record ClusterPlanInfo(
    string Cluster, string Wave, IReadOnlyDictionary<string, int> Replicas, IReadOnlyList<PlannedObjectInfo> Objects,
    IReadOnlyList<PlanProblemInfo> Problems);

/// <param name="Action">"Create", "Update", "Unchanged", "Delete" or "Recreate".</param>
/// <param name="Note">What could not be found out, and why.</param>
public sealed record PlannedObjectInfo(
    string ApiVersion, string Kind, string? Namespace, string Name, string Action, IReadOnlyList<FieldChangeInfo> Changes, string? Note = null);

/// <summary>One field that differs; values as compact JSON, null where absent, secrets masked.</summary>
public sealed record FieldChangeInfo(string Path, string? Before, string? After);

/// <param name="Object">"Kind/namespace/name", or null when it is about the cluster.</param>
public sealed record PlanProblemInfo(string? Object, string Message);
