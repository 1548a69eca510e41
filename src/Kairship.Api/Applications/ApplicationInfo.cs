using System.Text.Json.Serialization;
using Kairship.Api.Releases;

namespace Kairship.Api.Applications;

/// <summary>The application as YAML (kind: Application, apiVersion: kairship.io/v1).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ApplyApplicationRequest(string Yaml);

/// <param name="Change">"created", "configured" or "unchanged".</param>
/// <param name="Notes">What of the text has no effect here, as sentences; null where there is nothing to say.</param>
public sealed record AppliedApplication(string Name, string Change, IReadOnlyList<string>? Notes = null);

/// <param name="CurrentRevision">What the last succeeded release left in place; null before the first.</param>
/// <param name="ActiveRelease">The id of the release that holds the application now.</param>
public sealed record ApplicationInfo(string Name, string Namespace, string Workflow, string? CurrentRevision, string? ActiveRelease);

/// <param name="Yaml">The whole application as it is kept.</param>
/// <param name="Conditions">How its clusters stand, one or more for each; null before anything is known.</param>
public sealed record ApplicationDetail(
    string Name, string Namespace, string Workflow, string Yaml, string? CurrentRevision, ReleaseInfo? ActiveRelease, ReleaseInfo? LastRelease,
    IReadOnlyList<ApplicationConditionInfo>? Conditions = null);

/// <summary>Something that holds, or does not, of an application in one cluster.</summary>
/// <param name="Type">"InSync": the cluster is as it was released.</param>
/// <param name="Status">"True", "False" or "Unknown".</param>
public sealed record ApplicationConditionInfo(string Cluster, string Type, string Status, string Reason, string Message, DateTimeOffset Since);

/// <param name="Digest">Lower-case hex SHA-256 of the canonical manifests.</param>
public sealed record RevisionInfo(string Application, int Number, string Name, string Digest, string CreatedBy, DateTimeOffset CreatedAt, bool IsCurrent);
