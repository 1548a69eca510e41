using System.Collections.Concurrent;
using Kairship.Fleet.Health;

namespace Kairship.Activities.Returning;

/// <summary>Keeps new things away from clusters that were lost, are ready again, and were not compared yet with what they should have.</summary>
public sealed class ReturnGate(IClusterHealthStore health, ReturnBook book)
{
    /// <summary>What is open after a loss stays open until the next, and what joined anew stays so.</summary>
    private readonly ConcurrentDictionary<(string Cluster, long Transition), bool> open = new();

    /// <summary>The number of the loss that a cluster came back from; null: it is not ready, or has never been lost.</summary>
    public static long? LossBefore(ClusterReport? report) => report?.Ready is { Status: ConditionStatus.True } && report.Transition > 1 ? report.Transition - 1 : null;

    /// <summary>Clusters that came back and are to be left alone until they were compared.</summary>
    public async Task<IReadOnlySet<string>> HeldAsync(CancellationToken cancellationToken) => await HeldAsync(await health.ListAsync(cancellationToken), cancellationToken);

    /// <summary>The same, of clusters whose reports are known already.</summary>
    public async Task<IReadOnlySet<string>> HeldAsync(IEnumerable<ClusterReport> reports, CancellationToken cancellationToken)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var report in reports)
        {
            if (await IsHeldAsync(report, cancellationToken))
            {
                held.Add(report.Cluster);
            }
        }

        return held;
    }

    /// <summary>Of one cluster, as its report says.</summary>
    public async Task<bool> IsHeldAsync(ClusterReport report, CancellationToken cancellationToken)
    {
        if (LossBefore(report) is not { } loss || open.ContainsKey((report.Cluster, report.Transition)))
        {
            return false;
        }

        var isOpen = await book.FindAsync(report.Cluster, cancellationToken) is { IsOpen: true } record && record.Loss >= loss || await IsNewAsync(health, report.Cluster, cancellationToken);
        if (isOpen)
        {
            open[(report.Cluster, report.Transition)] = true;
        }

        return !isOpen;
    }

    /// <summary>Why nothing is put back in a cluster now, as a sentence; null: it may be.</summary>
    public async Task<string?> WhyNotAsync(string cluster, CancellationToken cancellationToken) => await health.GetAsync(cluster, cancellationToken) switch
    {
        { Ready: { Status: not ConditionStatus.True } ready } => $"{cluster} is not ready ({ready.Reason}).",
        { } report when await IsHeldAsync(report, cancellationToken) => $"{cluster} came back and is compared first with what it should have.",
        _ => null,
    };

    /// <summary>It joined (again) by this transition: a person brought it, and nothing is known of it from before.</summary>
    internal static async Task<bool> IsNewAsync(IClusterHealthStore health, string cluster, CancellationToken cancellationToken)
    {
        var history = await health.HistoryAsync(cluster, 2, cancellationToken);
        return history is [{ From: null }, ..] or [_, { From: null }];
    }
}
