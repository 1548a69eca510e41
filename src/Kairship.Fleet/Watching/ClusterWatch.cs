using System.Text.Json.Nodes;
using Kairship.Fleet.Resources;

namespace Kairship.Fleet.Watching;

/// <summary>A workload of an application changed.</summary>
public sealed record WorkloadChange(string Cluster, string Application, ResourceEventType Type, JsonObject Object);

/// <summary>Watches the workloads of a cluster that belong to applications, so that releases that wait for them wake.</summary>
public sealed class ClusterWatch(ResourceWatcher watcher)
{
    private static readonly ObjectKind[] Workloads =
    [
        new("apps/v1", "Deployment"), new("apps/v1", "StatefulSet"), new("apps/v1", "DaemonSet"), new("batch/v1", "Job"),
    ];

    /// <summary>
    /// Calls back for each change until cancelled; calls for different kinds may come at the same time. The first lists count as changes: who starts to
    /// watch does not know what it missed.
    /// </summary>
    /// <exception cref="Clusters.UnknownClusterException">The cluster does not exist, or was removed.</exception>
    public async Task RunAsync(string cluster, Func<WorkloadChange, CancellationToken, ValueTask> onChange, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watches = Workloads.Select(kind => watcher.RunAsync(
            cluster,
            new WatchQuery(kind.ApiVersion, kind.Kind, LabelSelector: OwnershipLabels.Application),
            (change, token) => change.Type == ResourceEventType.Synced || OwnershipLabels.LabelOf(change.Object, OwnershipLabels.Application) is not { } application
                ? ValueTask.CompletedTask
                : onChange(new WorkloadChange(cluster, application, change.Type, change.Object), token),
            cancellationToken: stop.Token)).ToList();
        // One that ends has failed for good; the others must not go on alone.
        var first = await Task.WhenAny(watches);
        await stop.CancelAsync();
        await Task.WhenAll(watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }
}
