using System.Text.Json.Nodes;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;

namespace Kairship.Fleet.Returning;

public enum FenceOutcome
{
    /// <summary>It was scaled to nothing, or its deletion has begun.</summary>
    Done,

    /// <summary>It is not there any more, or on its way out.</summary>
    Gone,

    /// <summary>It is not what it was, or not to be fenced any more: compare again.</summary>
    Changed,

    /// <summary>The cluster did not take the write.</summary>
    Failed,
}

/// <summary>Takes out of action what a cluster that came back has and should not: one object, as it is read at that moment, and no other.</summary>
public sealed class StaleObjects(ClusterConnections connections)
{
    private const int Attempts = 10;

    /// <summary>Reads the object, asks whether it is still to be fenced so, and writes only over the very version (uid and resourceVersion) that was judged. Never throws for a cluster's troubles.</summary>
    /// <param name="judge">What becomes of the object as it is now; null: nothing may be written now.</param>
    public async Task<(FenceOutcome Outcome, string? Message)> FenceAsync(
        string cluster, ReturnItem item, Func<Manifest, CancellationToken, Task<ReturnAction?>> judge, CancellationToken cancellationToken = default)
    {
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                if (await connection.Resources.GetAsync(item.Ref, cancellationToken) is not { } live)
                {
                    return (FenceOutcome.Gone, null);
                }

                if (live["metadata"]?["deletionTimestamp"] is not null)
                {
                    return (FenceOutcome.Gone, "it is being deleted");
                }

                if (await judge(new Manifest(item.Ref, live), cancellationToken) is not { } now || now != item.Action)
                {
                    return (FenceOutcome.Changed, "it is not what it was");
                }

                if (await WriteAsync(connection, item, live, cancellationToken))
                {
                    return (FenceOutcome.Done, null);
                }
            }

            return (FenceOutcome.Changed, "somebody writes it all the time");
        }
        catch (Exception e) when (e is ClusterException or UnknownClusterException)
        {
            return (FenceOutcome.Failed, (e as ClusterException)?.Detail ?? e.Message);
        }
    }

    /// <summary>False: somebody was faster.</summary>
    private static async Task<bool> WriteAsync(ClusterConnection connection, ReturnItem item, JsonObject live, CancellationToken cancellationToken)
    {
        var (uid, version) = (live["metadata"]!["uid"]?.ToString(), live["metadata"]!["resourceVersion"]?.ToString());
        if (item.Action == ReturnAction.Delete)
        {
            return await connection.Resources.DeleteAsync(item.Ref, DeletePropagation.Background, uid, version, cancellationToken);
        }

        try
        {
            await connection.Resources.PatchAsync(
                item.Ref,
                new JsonObject { ["metadata"] = new JsonObject { ["uid"] = uid, ["resourceVersion"] = version }, ["spec"] = new JsonObject { ["replicas"] = 0 } },
                cancellationToken);
            return true;
        }
        catch (ClusterException e) when (e.Kind == ClusterFailure.Conflict)
        {
            return false;
        }
    }
}
