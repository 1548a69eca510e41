using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>How controllers see pods and make them.</summary>
internal static class Pods
{
    public static ObjectKey Key(string? ns, string name) => new("", "pods", ns, name);

    public static ObjectKey Key(JsonObject pod) => Key(pod.NamespaceOf(), pod.NameOf());

    public static string Phase(JsonObject pod) => JsonTree.Text(pod.Status("phase")) ?? "Pending";

    public static bool IsFinished(JsonObject pod) => Phase(pod) is "Succeeded" or "Failed";

    /// <summary>Counts for its controller: neither finished nor being deleted.</summary>
    public static bool IsActive(JsonObject pod) => !IsFinished(pod) && !pod.IsDeleting();

    public static bool IsReady(JsonObject pod) => JsonTree.Text(pod.Condition("Ready")?["status"]) == "True";

    public static DateTimeOffset? ReadySince(JsonObject pod) => IsReady(pod) ? pod.Condition("Ready")!["lastTransitionTime"].Time() : null;

    /// <summary>Ready for at least minReadySeconds.</summary>
    public static bool IsAvailable(JsonObject pod, int minReadySeconds, DateTimeOffset now) =>
        IsReady(pod) && (minReadySeconds == 0 || (ReadySince(pod) is { } since && since.AddSeconds(minReadySeconds) <= now));

    /// <summary>Time until the next ready pod becomes available; null when none is about to.</summary>
    public static TimeSpan? NextAvailable(IEnumerable<JsonObject> pods, int minReadySeconds, DateTimeOffset now)
    {
        if (minReadySeconds == 0)
        {
            return null;
        }

        TimeSpan? next = null;
        foreach (var pod in pods)
        {
            if (ReadySince(pod)?.AddSeconds(minReadySeconds) - now is { } left && left > TimeSpan.Zero && (next is null || left < next))
            {
                next = left;
            }
        }

        return next;
    }

    /// <summary>A pod of a workload's template, owned by it.</summary>
    public static JsonObject FromTemplate(JsonObject owner, JsonObject template)
    {
        var meta = new JsonObject { ["generateName"] = owner.NameOf() + "-" };
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (JsonTree.At(template, "metadata", field) is { } value)
            {
                meta[field] = JsonTree.CopyNode(value);
            }
        }

        meta["ownerReferences"] = new JsonArray(owner.OwnerReference());
        var spec = template["spec"] is JsonObject wanted ? JsonTree.Copy(wanted) : new JsonObject { ["containers"] = new JsonArray() };
        PodDefaults.Apply(spec);
        PodDefaults.StandAlone(spec);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = meta,
            ["spec"] = spec,
            ["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QosClass(spec) },
        };
    }

    /// <summary>Creates the pod under the owner's name and a suffix.</summary>
    /// <returns>Its name.</returns>
    public static string CreateWithSuffix(ControlContext context, JsonObject owner, JsonObject pod)
    {
        // A host name has at most 63 characters.
        var prefix = owner.NameOf() is { Length: > 57 } long_ ? long_[..57] : owner.NameOf();
        var name = $"{prefix}-{ControlContext.Suffix()}";
        context.Store.Create(Key(owner.NamespaceOf(), name), pod);
        return name;
    }

    /// <summary>Guaranteed, Burstable or BestEffort, by the requests and limits of the containers.</summary>
    public static string QosClass(JsonObject podSpec)
    {
        var any = false;
        var guaranteed = true;
        foreach (var container in podSpec["containers"].Items().Concat(podSpec["initContainers"].Items()))
        {
            var requests = JsonTree.At(container, "resources", "requests") as JsonObject;
            var limits = JsonTree.At(container, "resources", "limits") as JsonObject;
            any |= requests is { Count: > 0 } || limits is { Count: > 0 };
            guaranteed &= limits?["cpu"] is not null && limits["memory"] is not null
                && (requests is null || requests.All(r => JsonNode.DeepEquals(r.Value, limits[r.Key])));
        }

        return any ? guaranteed ? "Guaranteed" : "Burstable" : "BestEffort";
    }
}
