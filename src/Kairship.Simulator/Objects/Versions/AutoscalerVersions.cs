using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects.Versions;

/// <summary>
/// HorizontalPodAutoscalers of autoscaling/v1 know one metric, the CPU. What else autoscaling/v2 has travels in annotations, as it does on a real API server.
/// </summary>
internal static class AutoscalerVersions
{
    const string Metrics = "autoscaling.alpha.kubernetes.io/metrics";
    const string Behavior = "autoscaling.alpha.kubernetes.io/behavior";
    const string Conditions = "autoscaling.alpha.kubernetes.io/conditions";
    const string Target = "targetCPUUtilizationPercentage";

    public static Conversion Conversion { get; } = new("autoscaling", ToStored, FromStored);

    static JsonObject ToStored(JsonObject served)
    {
        var stored = JsonTree.Copy(served);
        stored["apiVersion"] = "autoscaling/v2";
        var metrics = Taken(stored, Metrics) as JsonArray ?? [];
        var behavior = Taken(stored, Behavior);
        Taken(stored, Conditions);
        if (stored["spec"] is JsonObject spec)
        {
            if (JsonTree.Number(spec[Target]) is { } percentage)
                metrics.Insert(0, Cpu(percentage));
            spec.Remove(Target);
            if (metrics.Count > 0)
                spec["metrics"] = metrics;
            if (behavior is not null)
                spec["behavior"] = behavior;
        }
        if (stored["status"] is JsonObject status && JsonTree.Number(status["currentCPUUtilizationPercentage"]) is { } current)
        {
            status.Remove("currentCPUUtilizationPercentage");
            status["currentMetrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", ["current"] = new JsonObject { ["averageUtilization"] = current } },
            });
        }
        return stored;
    }

    static JsonObject FromStored(JsonObject stored)
    {
        var served = JsonTree.Copy(stored);
        served["apiVersion"] = "autoscaling/v1";
        if (served["spec"] is JsonObject spec)
        {
            var metrics = (spec["metrics"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            spec.Remove("metrics");
            if (metrics.Find(IsCpu) is { } cpu)
            {
                spec[Target] = cpu["resource"]!["target"]!["averageUtilization"]!.DeepClone();
                metrics.Remove(cpu);
            }
            if (metrics.Count > 0)
                Annotate(served, Metrics, new JsonArray([.. metrics.Select(m => m.DeepClone())]));
            if (spec["behavior"] is { } behavior)
                Annotate(served, Behavior, behavior);
            spec.Remove("behavior");
        }
        if (served["status"] is JsonObject status)
            Status(served, status);
        return served;
    }

    static void Status(JsonObject served, JsonObject status)
    {
        var cpu = (status["currentMetrics"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(m => JsonTree.Text(m["resource"]?["name"]) == "cpu");
        if (cpu?["resource"]?["current"]?["averageUtilization"] is { } current)
            status["currentCPUUtilizationPercentage"] = current.DeepClone();
        if (status["conditions"] is JsonArray { Count: > 0 } conditions)
            Annotate(served, Conditions, conditions);
        status.Remove("currentMetrics");
        status.Remove("conditions");
    }

    static bool IsCpu(JsonObject metric) =>
        JsonTree.Text(metric["type"]) == "Resource" && JsonTree.Text(metric["resource"]?["name"]) == "cpu" && metric["resource"]?["target"]?["averageUtilization"] is not null;

    static JsonObject Cpu(long percentage) => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = percentage } },
    };

    static void Annotate(JsonObject obj, string name, JsonNode value) =>
        JsonTree.Child(JsonTree.Child(obj, "metadata"), "annotations")[name] = value.ToJsonString();

    static JsonNode? Taken(JsonObject obj, string name)
    {
        if (obj["metadata"]?["annotations"] is not JsonObject annotations || JsonTree.Text(annotations[name]) is not { } text)
            return null;
        annotations.Remove(name);
        if (annotations.Count == 0)
            obj["metadata"]!.AsObject().Remove("annotations");
        try
        {
            return JsonNode.Parse(text) is { } node ? JsonTree.CopyNode(node) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
