using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources.Stopping;

/// <summary>
/// Starts what <see cref="Standstill"/> has scaled to nothing and an autoscaler sizes: its manifest has no replicas, so that applying it leaves it at nothing, and the autoscaler does nothing then either. What somebody else has
/// scaled to nothing stays so.
/// </summary>
public sealed class Resumption(ClusterConnections connections)
{
    private const int Attempts = 10;
    private static readonly string Manager = new ApplyOptions().FieldManager;

    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task ResumeAsync(string cluster, ApplySet set, IReadOnlyList<Manifest> applied, CancellationToken cancellationToken = default)
    {
        var least = applied.Where(m => m.Ref.Kind == "HorizontalPodAutoscaler").GroupBy(TargetOf).ToDictionary(g => g.Key, g => g.Max(LeastOf));
        var sized = applied.Select(m => m.Ref).Where(r => WorkloadKey.HasReplicas(r) && least.ContainsKey(WorkloadKey.Of(r))).ToList();
        if (sized.Count == 0)
        {
            return;
        }

        var connection = await connections.GetAsync(cluster, cancellationToken);
        foreach (var reference in sized)
        {
            for (var attempt = 1; !await ResumeAsync(connection, set, reference, least[WorkloadKey.Of(reference)], attempt == Attempts, cancellationToken); attempt++)
            {
                // Its controller writes its status at that moment.
            }
        }
    }

    /// <summary>False: somebody was faster.</summary>
    private static async Task<bool> ResumeAsync(ClusterConnection connection, ApplySet set, ObjectRef reference, int least, bool isLast, CancellationToken cancellationToken)
    {
        if (await connection.Resources.GetAsync(reference, cancellationToken) is not { } obj || Stoppage.Number(obj["spec"]?["replicas"], 1) > 0
            || LiveObject.Of(obj) is not { Terminating: false } live || !live.BelongsTo(set.Application, set) || !IsStopped(obj))
        {
            return true;
        }

        try
        {
            await connection.Resources.PatchAsync(reference, Stoppage.Patch(live, least), cancellationToken);
            return true;
        }
        catch (ClusterException e) when (e.Kind == ClusterFailure.Conflict && !isLast)
        {
            return false;
        }
    }

    /// <summary>The last who wrote its replicas was Kairship.</summary>
    private static bool IsStopped(JsonObject obj) => (obj["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Any(f =>
        f["manager"]?.ToString() == Manager && f["operation"]?.ToString() == "Update" && ((f["fieldsV1"] as JsonObject)?["f:spec"] as JsonObject)?.ContainsKey("f:replicas") == true);

    private static string TargetOf(Manifest autoscaler)
    {
        var target = autoscaler.Json["spec"]?["scaleTargetRef"];
        return $"{target?["kind"]?.ToString() ?? "Deployment"}/{target?["name"]}";
    }

    private static int LeastOf(Manifest autoscaler) => (int)Math.Clamp(Stoppage.Number(autoscaler.Json["spec"]?["minReplicas"], 1), 1, int.MaxValue);
}
