using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.StatefulSets;

/// <summary>The status of a StatefulSet out of its pods (updateStatefulSet, completeRollingUpdate). Pure.</summary>
internal static class StatefulSetStatus
{
    public static JsonObject Of(JsonObject set, StatefulSetSpec spec, IReadOnlyList<JsonObject> pods, (string Current, string Update) revisions, DateTimeOffset now)
    {
        var (current, update) = revisions;
        var living = pods.Where(p => !p.IsDeleting()).ToList();
        var updated = living.Count(p => StatefulPod.Revision(p) == update);
        var ready = pods.Count(p => Pods.Phase(p) == "Running" && Pods.IsReady(p));
        if (!spec.OnDelete && updated == pods.Count && ready == pods.Count)
        {
            current = update;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = set.GenerationOf(),
            ["replicas"] = (long)pods.Count,
        };
        ObjectReading.Put(status, "readyReplicas", ready);
        status["availableReplicas"] = (long)pods.Count(p => Pods.Phase(p) == "Running" && Pods.IsAvailable(p, spec.MinReadySeconds, now));
        ObjectReading.Put(status, "currentReplicas", living.Count(p => StatefulPod.Revision(p) == current));
        ObjectReading.Put(status, "updatedReplicas", updated);
        status["currentRevision"] = current;
        status["updateRevision"] = update;
        status["collisionCount"] = 0L;
        // The controller sets none; those of others stay.
        if (set["status"]?["conditions"] is { } conditions)
        {
            status["conditions"] = conditions.DeepClone();
        }

        return status;
    }
}
