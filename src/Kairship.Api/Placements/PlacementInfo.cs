namespace Kairship.Api.Placements;

/// <summary>Where an application goes, and why.</summary>
/// <param name="Revision">Whose workloads are placed; null: of manifests that are no revision.</param>
/// <param name="Unschedulable">Why it is placed nowhere, as a sentence; null when it is placed. There is nothing between: never a part of it.</param>
/// <param name="Alternative">The affinity that is used, where there are several.</param>
/// <param name="Clusters">Those that are chosen and those that it leaves, then others.</param>
/// <param name="MoreClusters">How many others are not listed.</param>
/// <param name="Alternatives">What became of each alternative, as sentences.</param>
/// <param name="Divisions">How the replicas of each workload are divided, as sentences.</param>
/// <param name="Notes">What else is worth knowing, as sentences: whose room is not known, for example.</param>
public sealed record PlacementInfo(
    string Application, string? Revision, bool IsPlaced, string? Unschedulable, string? Alternative, IReadOnlyList<PlacedClusterInfo> Clusters, int MoreClusters,
    IReadOnlyList<string> Alternatives, IReadOnlyList<string> Divisions, IReadOnlyList<string> Notes);

/// <param name="IsLeft">The application is there and leaves it.</param>
/// <param name="Reason">"Chosen", or by what it is out: "Affinity", "Field", "Taint", "Weight", "Capacity", "Spread", "Order", "Unschedulable", "Gone".</param>
/// <param name="Sentence">The whole, for people.</param>
/// <param name="Replicas">What it gets, by workload ("Deployment/web" to 3).</param>
/// <param name="Before">What it has, by workload.</param>
/// <param name="Available">Replicas of the application as a whole that it has room for, those that are there included; null: not known.</param>
/// <param name="EvictionDue">When what is there has to go, by a taint that is borne for a time.</param>
public sealed record PlacedClusterInfo(
    string Cluster, bool IsChosen, bool IsLeft, string Reason, string Sentence, IReadOnlyDictionary<string, int> Replicas, IReadOnlyDictionary<string, int> Before,
    int? Available, DateTimeOffset? EvictionDue);
