using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Releases;

/// <summary>Applications, revisions, releases, plans, approvals and arbiter leases, persisted. Every call is one transaction and durable when it returns.</summary>
public interface IDeliveryStore
{
    Task SaveApplicationAsync(Application application, DateTimeOffset at, CancellationToken cancellationToken);
    Task<Application?> GetApplicationAsync(string name, CancellationToken cancellationToken);

    /// <summary>By name.</summary>
    Task<IReadOnlyList<Application>> ListApplicationsAsync(CancellationToken cancellationToken);

    /// <summary>Adds a revision with the next number. When one of that name exists with the same digest, that one is returned; with another digest it is a
    /// <see cref="DeliveryConflictException"/>. A null name becomes "r{number}".</summary>
    Task<Revision> AddRevisionAsync(string application, string? name, string manifests, string digest, string createdBy, DateTimeOffset at, CancellationToken cancellationToken);
    Task<Revision?> GetRevisionAsync(string application, string name, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<Revision>> ListRevisionsAsync(string application, int limit, CancellationToken cancellationToken);

    /// <summary>The revision that the application's last succeeded release (or rollback) left in place; null before the first.</summary>
    Task<string?> GetCurrentRevisionAsync(string application, CancellationToken cancellationToken);
    Task SetCurrentRevisionAsync(string application, string revision, CancellationToken cancellationToken);

    /// <summary>Adds a release with the next number of its application (id "{application}-{number}") and takes the arbiter lease for it, both or nothing.
    /// With a dedupe key that was seen before, returns the release that it started, changing nothing.</summary>
    /// <exception cref="DeliveryConflictException">Somebody holds the application for as much or more; the message names the holder. Whoever holds it for less loses it: a release among them ends as
    /// aborted in the same transaction, and is named by the new one's change.</exception>
    Task<Release> StartReleaseAsync(NewRelease order, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The release that a dedupe key started, or null when the key was never seen: a repeated request is answered before it makes a revision.</summary>
    Task<Release?> FindStartedReleaseAsync(string dedupeKey, CancellationToken cancellationToken);
    Task<Release?> GetReleaseAsync(string releaseId, CancellationToken cancellationToken);

    /// <summary>Newest first; null application: all.</summary>
    Task<(IReadOnlyList<Release> Items, long Total)> ListReleasesAsync(string? application, int skip, int take, CancellationToken cancellationToken);

    /// <summary>Where the applications stand, in a few queries however many they are. By name.</summary>
    /// <param name="application">null: all.</param>
    Task<IReadOnlyList<ApplicationStanding>> ListStandingsAsync(string? application, CancellationToken cancellationToken);

    /// <summary>The failovers of all applications that were asked for since, newest first.</summary>
    Task<IReadOnlyList<Release>> ListFailoversAsync(DateTimeOffset since, int limit, CancellationToken cancellationToken);
    Task SetReleaseInstanceAsync(string releaseId, string instanceId, CancellationToken cancellationToken);

    /// <summary>Moves a release on. A release that is over never changes again: false. Reaching an end gives up its arbiter lease in the same transaction.</summary>
    Task<bool> SetReleaseStatusAsync(string releaseId, ReleaseStatus status, string? reason, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Releases that have no workflow instance yet (the server died between the two).</summary>
    Task<IReadOnlyList<Release>> ListOrphanedReleasesAsync(CancellationToken cancellationToken);

    Task SaveReleaseClusterAsync(ReleaseCluster state, CancellationToken cancellationToken);

    /// <summary>By wave order of saving, then name.</summary>
    Task<IReadOnlyList<ReleaseCluster>> ListReleaseClustersAsync(string releaseId, CancellationToken cancellationToken);

    /// <summary>The same of many releases, in a few queries: the order of their waves is not told.</summary>
    Task<IReadOnlyList<ReleaseCluster>> ListReleaseClustersAsync(IReadOnlyCollection<string> releaseIds, CancellationToken cancellationToken);

    /// <summary>Adds a line; the same key twice adds one.</summary>
    Task AddReleaseEventAsync(ReleaseEvent line, string dedupeKey, CancellationToken cancellationToken);
    Task<IReadOnlyList<ReleaseEvent>> ListReleaseEventsAsync(string releaseId, int limit, CancellationToken cancellationToken);

    /// <summary>When lines of some kinds were last added to the stories of many releases, for each release, kind and cluster that there is one of; in a few queries. The messages are left out.</summary>
    Task<IReadOnlyList<ReleaseEvent>> ListLastEventsAsync(IReadOnlyCollection<string> releaseIds, IReadOnlyCollection<string> kinds, CancellationToken cancellationToken);

    /// <summary>Keeps the plan of a release; a later one replaces it, until the release is over: what it did then stands fast.</summary>
    Task SavePlanAsync(string releaseId, Plan plan, CancellationToken cancellationToken);
    Task<Plan?> GetPlanAsync(string releaseId, CancellationToken cancellationToken);

    /// <summary>Adds the approval unless one with its id exists; returns what is stored.</summary>
    Task<Approval> EnsureApprovalAsync(Approval approval, CancellationToken cancellationToken);
    Task<Approval?> GetApprovalAsync(string id, CancellationToken cancellationToken);

    /// <summary>Newest first. Pending only, or all.</summary>
    Task<IReadOnlyList<Approval>> ListApprovalsAsync(bool pendingOnly, int limit, CancellationToken cancellationToken);

    /// <summary>Replaces an approval when it is still as <paramref name="before"/> (optimistic); false otherwise: read again and decide again.</summary>
    Task<bool> UpdateApprovalAsync(Approval before, Approval after, CancellationToken cancellationToken);

    Task<ArbiterLease?> GetArbiterLeaseAsync(string application, CancellationToken cancellationToken);

    /// <summary>Takes the application for its removal, again where that was not finished. Null: taken; else who has it.</summary>
    Task<ArbiterLease?> BeginRemovalAsync(string application, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Gives the application up again; removed, it is gone, and only its revisions and releases stay as history.</summary>
    Task EndRemovalAsync(string application, bool removed, CancellationToken cancellationToken);

    /// <summary>Takes the application by the rules of <see cref="ArbiterRules"/>. Null: somebody else has it.</summary>
    Task<ArbiterLease?> TryHoldAsync(string application, string holder, ArbiterPurpose purpose, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Gives the application up, where the holder still has it.</summary>
    Task LetGoAsync(string application, string holder, CancellationToken cancellationToken);

    /// <summary>The last comparison of the clusters with what was released; null before the first.</summary>
    Task<DriftReport?> GetDriftAsync(string application, CancellationToken cancellationToken);

    Task SaveDriftAsync(DriftReport report, CancellationToken cancellationToken);

    /// <summary>True when a comparison is due by <paramref name="now"/>, for one caller only; the next is due at <paramref name="next"/>.</summary>
    Task<bool> ClaimDriftCheckAsync(string application, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellationToken);
}

/// <summary>What was asked for stands against what is there. The message is for the caller: it becomes a 409.</summary>
public sealed class DeliveryConflictException(string message) : Exception(message);
