using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Stopping;

/// <summary>Stops one object that makes pods: scales it where it can be scaled, deletes it otherwise, and only what is the application's.</summary>
internal sealed class Stoppage(ClusterConnection connection, StandstillOrder order)
{
    private static readonly StandstillReport AtRest = new(Running: null);

    public async Task<StandstillReport> StopAsync(ObjectRef reference, CancellationToken cancellationToken)
    {
        try
        {
            if (await connection.Resources.GetAsync(reference, cancellationToken) is not { } obj)
            {
                return AtRest;
            }

            var live = LiveObject.Of(obj);
            return !live.BelongsTo(order.Set.Application, order.Set) ? AtRest
                : live.IsSuperseded(order.ReleaseId, order.Epoch)
                    ? new StandstillReport($"epoch {live.Epoch} of release {live.Release} has written {reference}, this is epoch {order.Epoch}", IsRefused: true)
                : live.Terminating ? new StandstillReport($"{reference} is being deleted{Finalizers.Explain(obj)}")
                : WorkloadKey.HasReplicas(reference) ? await ScaleAsync(reference, live, cancellationToken)
                : IsOver(obj) ? AtRest
                : await DeleteAsync(reference, live, cancellationToken);
        }
        catch (UnknownKindException)
        {
            return AtRest;
        }
    }

    /// <summary>A job or a pod whose containers have ended: nothing of it runs, and it tells what it did.</summary>
    internal static bool IsOver(JsonObject obj) => obj["kind"]?.ToString() switch
    {
        "Pod" => obj["status"]?["phase"]?.ToString() is "Succeeded" or "Failed",
        "Job" => (obj["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>()
            .Any(c => c["type"]?.ToString() is "Complete" or "Failed" && c["status"]?.ToString() == "True"),
        _ => false,
    };

    private async Task<StandstillReport> ScaleAsync(ObjectRef reference, LiveObject live, CancellationToken cancellationToken)
    {
        var most = order.AtMost?.GetValueOrDefault(WorkloadKey.Of(reference)) ?? 0;
        if (Number(live.Object["spec"]?["replicas"], 1) > most)
        {
            try
            {
                await connection.Resources.PatchAsync(reference, Patch(live, most), cancellationToken);
            }
            catch (ClusterException e) when (e.Kind == ClusterFailure.Conflict)
            {
                // Somebody was faster: the next look judges what he wrote.
            }

            return new StandstillReport($"{reference} is being scaled to {most}");
        }

        // Its controller may not have seen it yet, and make a pod for what it was told before.
        var status = live.Object["status"];
        return Number(status?["observedGeneration"], 0) < Number(live.Object["metadata"]?["generation"], 0) ? new StandstillReport($"the controller of {reference} has not seen yet that it has {most} replicas at most")
            : Number(status?["replicas"], 0) > most ? new StandstillReport($"{reference} has {Number(status?["replicas"], 0)} pods yet, and {most} at most are to be left")
            : AtRest;
    }

    private async Task<StandstillReport> DeleteAsync(ObjectRef reference, LiveObject live, CancellationToken cancellationToken)
    {
        // Its pods go before it does, so that as long as there is one it can be found whose it is.
        await connection.Resources.DeleteAsync(reference, DeletePropagation.Foreground, live.Uid, cancellationToken);
        return new StandstillReport($"{reference} is being deleted");
    }

    internal static JsonObject Patch(LiveObject live, int replicas) => new()
    {
        ["metadata"] = new JsonObject { ["uid"] = live.Uid, ["resourceVersion"] = live.ResourceVersion },
        ["spec"] = new JsonObject { ["replicas"] = replicas },
    };

    internal static long Number(JsonNode? node, long otherwise) =>
        node is JsonValue value && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
