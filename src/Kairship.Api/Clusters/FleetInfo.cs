namespace Kairship.Api.Clusters;

/// <summary>All clusters together.</summary>
/// <param name="NotReady">They answer and cannot be worked with.</param>
/// <param name="Unreachable">They do not answer.</param>
/// <param name="Lost">Those that count as lost, among them those that came back a moment ago; 100 at most.</param>
/// <param name="Suspected">They count as ready and the last look at them failed; 100 at most.</param>
/// <param name="Allowed">How many may be lost at the same time before the brake comes on.</param>
public sealed record FleetInfo(
    int Clusters, int Ready, int NotReady, int Unreachable, IReadOnlyList<string> Lost, IReadOnlyList<string> Suspected, int Allowed, BrakeInfo Brake);

/// <summary>Whether failovers may begin.</summary>
/// <param name="On">No failover begins until a person releases it or the fleet has been well for a while.</param>
/// <param name="Go">False also while it is not known yet whether it comes on.</param>
/// <param name="Accepted">Clusters whose loss a person has accepted: they do not count.</param>
public sealed record BrakeInfo(bool On, bool Go, string Why, DateTimeOffset? Since, IReadOnlyList<string> Accepted, string? ReleasedBy, DateTimeOffset? ReleasedAt);
