using System.Text.Json.Serialization;
using Kairship.Api.Placements;
using Kairship.Api.Releases;

namespace Kairship.Api.Applications;

/// <summary>What would a release do? Writes nothing. Give <see cref="Source"/> or <see cref="Images"/>, or the name of a revision that exists.</summary>
/// <param name="Whole">Creations list every field that they hold; the digest is the same.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlanRequest(string? Source = null, IReadOnlyList<ImageTag>? Images = null, string? Revision = null, bool Whole = false);

/// <param name="Placement">Why the application goes where it goes; null in plans from before it was kept.</param>
public sealed record PlanInfo(
    string Application, string Revision, string? FromRevision, string Digest, bool HasChanges, bool HasProblems,
    IReadOnlyList<PlannedWaveInfo> Waves, IReadOnlyList<ClusterPlanInfo> Clusters, PlacementInfo? Placement = null);

public sealed record PlannedWaveInfo(string Name, IReadOnlyList<string> Clusters, int MaxConcurrency);

/// <param name="Replicas">Replicas of each workload here ("Deployment/web" to 3).</param>
/// <param name="Role">"Target"; "Leaving": what the application has there goes, after all others are healthy; "Lost": nothing is done to it.</param>
/// <param name="Overrides">Which override rules changed what here, in the order in which they did.</param>
/// <param name="MoreOverrides">How many of them are not listed.</param>
public sealed record ClusterPlanInfo(
    string Cluster, string Wave, IReadOnlyDictionary<string, int> Replicas, IReadOnlyList<PlannedObjectInfo> Objects,
    IReadOnlyList<PlanProblemInfo> Problems, string Role = "Target", IReadOnlyList<OverrideEffectInfo>? Overrides = null, int MoreOverrides = 0);

/// <summary>What one kind of overriders of a rule changed in one object.</summary>
/// <param name="Object">"Deployment/web".</param>
/// <param name="Rule">The rule's name; null: it has none.</param>
/// <param name="Overrider">As the YAML calls it: "imageOverrider", "plaintext".</param>
public sealed record OverrideEffectInfo(string Object, string? Rule, string Overrider, IReadOnlyList<FieldChangeInfo> Changes);

/// <param name="Action">"Create", "Update", "Unchanged", "Delete" or "Recreate".</param>
/// <param name="Note">What could not be found out, and why.</param>
public sealed record PlannedObjectInfo(
    string ApiVersion, string Kind, string? Namespace, string Name, string Action, IReadOnlyList<FieldChangeInfo> Changes, string? Note = null);

/// <summary>One field that differs; values as compact JSON, null where absent, secrets masked.</summary>
public sealed record FieldChangeInfo(string Path, string? Before, string? After);

/// <param name="Object">"Kind/namespace/name", or null when it is about the cluster.</param>
public sealed record PlanProblemInfo(string? Object, string Message);
