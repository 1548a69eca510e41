using System.Text.Json.Nodes;
using Kairship.Fleet.Resources;

namespace Kairship.Fleet.Watching;

/// <summary>Something changed about the workloads of an application.</summary>
/// <param name="Application">null: a list was read anew, so that any application's may have changed.</param>
public sealed record WorkloadChange(string Cluster, string? Application, ResourceEventType Type);

/// <summary>Follows the workloads of clusters that belong to applications: what wakes releases, drift detection and pages.</summary>
public sealed class ClusterWatch(ClusterWatches watches)
{
    private static readonly WatchQuery[] Workloads =
    [
        Of("apps/v1", "Deployment"), Of("apps/v1", "StatefulSet"), Of("apps/v1", "DaemonSet"), Of("batch/v1", "Job"),
    ];

    /// <summary>
    /// Calls back for each change until disposed; calls for different kinds may come at the same time. Every new list is told once, by a change without an application: who
    /// follows does not know what it missed before.
    /// </summary>
    /// <param name="onChange">Must be quick.</param>
    public IDisposable Follow(string cluster, Action<WorkloadChange> onChange)
    {
        var listed = 0;
        // With what others, or the watch itself before we are among its followers, have been told already.
        return new Subscriptions([.. Workloads.Select((query, kind) => watches.Follow(cluster, query, change => Tell(kind, change), replay: true))]);

        void Tell(int kind, ResourceEvent change)
        {
            if (change.Type == ResourceEventType.Synced)
            {
                // Of the lists that begin the watches only the last one says something: from then on nothing is missed.
                var before = Interlocked.Or(ref listed, 1 << kind);
                if ((before | (1 << kind)) == (1 << Workloads.Length) - 1)
                {
                    onChange(new WorkloadChange(cluster, null, change.Type));
                }
            }
            else if (Labels(change.Object) is { } application)
            {
                onChange(new WorkloadChange(cluster, application, change.Type));
            }
        }
    }

    private static string? Labels(JsonObject obj) => OwnershipLabels.LabelOf(obj, OwnershipLabels.Application);

    /// <summary>That something changed is enough: who cares reads the whole truth.</summary>
    private static WatchQuery Of(string apiVersion, string kind) =>
        new(apiVersion, kind, LabelSelector: OwnershipLabels.Application, Content: WatchContent.Metadata);

    private sealed class Subscriptions(WatchSubscription[] all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var subscription in all)
            {
                subscription.Dispose();
            }
        }
    }
}
