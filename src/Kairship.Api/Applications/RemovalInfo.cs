namespace Kairship.Api.Applications;

/// <summary>What became of an application that was to be removed.</summary>
/// <param name="Removed">False: something is still there; the application is kept, and the same call goes on where this one ended.</param>
public sealed record RemovalInfo(string Application, bool Removed, IReadOnlyList<ClusterRemovalInfo> Clusters);

/// <param name="Deleted">"Kind/namespace/name" of what was deleted.</param>
/// <param name="Kept">What was left on purpose, with the reason.</param>
/// <param name="Problems">What could not be deleted, with what holds it.</param>
public sealed record ClusterRemovalInfo(string Cluster, IReadOnlyList<string> Deleted, IReadOnlyList<string> Kept, IReadOnlyList<string> Problems);
