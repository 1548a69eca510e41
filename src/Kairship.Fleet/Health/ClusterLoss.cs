namespace Kairship.Fleet.Health;

/// <summary>One loss of a cluster: from when it ceased to be ready until it is again, whether it does not answer or answers and is not ready meanwhile.</summary>
/// <param name="Number">Of the transition that it began with: never used again.</param>
/// <param name="At">When it counted as lost.</param>
public sealed record ClusterLoss(string Cluster, long Number, DateTimeOffset At)
{
    /// <summary>When the cluster last answered well before; null: not known.</summary>
    public DateTimeOffset? LastAnswer { get; init; }

    private const int Looked = 100;

    /// <summary>The loss that lasts; null: the cluster is not lost.</summary>
    public static async Task<ClusterLoss?> FindAsync(IClusterHealthStore store, string cluster, CancellationToken cancellationToken) =>
        Of(await store.HistoryAsync(cluster, Looked, cancellationToken));

    /// <param name="history">Newest first.</param>
    public static ClusterLoss? Of(IReadOnlyList<ClusterTransition> history)
    {
        // From not ready to unreachable and back it is the same loss.
        var first = history.TakeWhile(t => t.To != ConditionStatus.True).LastOrDefault();
        return first is null ? null : new ClusterLoss(first.Cluster, first.Number, first.At);
    }
}
