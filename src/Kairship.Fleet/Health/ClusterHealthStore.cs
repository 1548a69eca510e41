namespace Kairship.Fleet.Health;

/// <summary>How clusters are, persisted: a start knows what was known before, and several nodes agree on what changed when.</summary>
public interface IClusterHealthStore
{
    /// <summary>The last report of each cluster that has one.</summary>
    Task<IReadOnlyList<ClusterReport>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The last report; null: there is none.</summary>
    Task<ClusterReport?> GetAsync(string cluster, CancellationToken cancellationToken);

    /// <summary>Keeps reports in which the readiness did not change. One that is about an older transition than is stored is passed over.</summary>
    Task SaveAsync(IReadOnlyList<ClusterReport> reports, CancellationToken cancellationToken);

    /// <summary>Keeps a change of readiness and its report. False: another node was faster, this number is taken; nothing is written.</summary>
    /// <param name="isAnnounced">Nobody is to be told of it.</param>
    Task<bool> CommitAsync(ClusterTransition transition, ClusterReport report, bool isAnnounced, CancellationToken cancellationToken);

    /// <summary>Changes that were committed and not announced to all yet, by cluster and number.</summary>
    Task<IReadOnlyList<PendingAnnouncement>> UnannouncedAsync(CancellationToken cancellationToken);

    /// <param name="all">False: only those were told who waited for it.</param>
    Task MarkAnnouncedAsync(string cluster, long number, bool all, CancellationToken cancellationToken);

    /// <summary>The last changes of a cluster, newest first.</summary>
    Task<IReadOnlyList<ClusterTransition>> HistoryAsync(string cluster, int take, CancellationToken cancellationToken);

    /// <summary>Says which of the clusters are this node's to look at until <paramref name="until"/>: those it has already, and those that nobody has (any more).</summary>
    Task<IReadOnlySet<string>> ClaimAsync(string owner, IReadOnlyCollection<string> clusters, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Gives up what this node has, when it stops.</summary>
    Task ReleaseAsync(string owner, CancellationToken cancellationToken);

    /// <summary>The cluster was removed: its report goes; its numbers are not used again.</summary>
    Task ForgetAsync(string cluster, CancellationToken cancellationToken);
}

/// <summary>A change that somebody has still to be told of.</summary>
/// <param name="WaitsTold">Those who waited for it know; workflows that start by it have not been started yet.</param>
public sealed record PendingAnnouncement(ClusterTransition Transition, bool WaitsTold);
