using System.Text.Json.Serialization;

namespace Kairship.Api.Clusters;

/// <summary>Joins a member cluster, or gives a joined one new credentials. The kubeconfig holds its data inline: file references and exec plugins are refused.</summary>
/// <param name="Context">The context inside the kubeconfig; null: its current one.</param>
/// <param name="Labels">Null: as they are, or none for a new cluster.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record JoinClusterRequest(string Name, string Kubeconfig, string? Context = null, IReadOnlyDictionary<string, string>? Labels = null);

/// <param name="Condition">From the last probe; null before the first.</param>
public sealed record ClusterInfo(
    string Name, IReadOnlyDictionary<string, string> Labels, string Server, string? Context, DateTimeOffset JoinedAt, ClusterConditionInfo? Condition);

/// <param name="Ready">"True", "False" or "Unknown".</param>
public sealed record ClusterConditionInfo(
    string Ready, string? Reason, string? Message, string? Version, int? Nodes, double? LatencyMilliseconds, DateTimeOffset CheckedAt);
