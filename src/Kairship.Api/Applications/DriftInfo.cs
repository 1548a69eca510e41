using System.Text.Json.Serialization;

namespace Kairship.Api.Applications;

/// <summary>Compare an application's clusters with what was released, now.</summary>
/// <param name="Heal">Puts back what differs, whatever the application's policy says; null: as the policy says.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DriftRequest(bool? Heal = null);

/// <summary>How the clusters of an application stand against what was released.</summary>
/// <param name="Release">The release that put it there.</param>
/// <param name="Healed">What this comparison put back: "east: Deployment/shop/web".</param>
public sealed record DriftReportInfo(
    string Application, string Release, string Revision, DateTimeOffset At, bool HasDrift, bool HasProblems, IReadOnlyList<ClusterDriftInfo> Clusters,
    IReadOnlyList<string> Healed);

/// <param name="State">"InSync", "Drifted", "FoughtOver" or "Unknown".</param>
/// <param name="Since">Since when it is so.</param>
public sealed record ClusterDriftInfo(
    string Cluster, string State, string Message, DateTimeOffset Since, IReadOnlyList<DriftedObjectInfo> Objects, IReadOnlyList<PlanProblemInfo> Problems);

/// <param name="Drift">"Changed", "Missing" or "Extra".</param>
/// <param name="Changes">Before: as it is. After: as it was released.</param>
/// <param name="Managers">Who owns the fields that differ; whoever wrote last first.</param>
public sealed record DriftedObjectInfo(
    string ApiVersion, string Kind, string? Namespace, string Name, string Drift, IReadOnlyList<FieldChangeInfo> Changes, IReadOnlyList<string> Managers);
