using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>Where pods are described inside an object, whatever its kind: found by shape, so that Argo's Rollout or a CronJob is treated like a Deployment.</summary>
internal static class PodTemplates
{
    /// <summary>The pod specs of an object: of a Pod, of spec.template and of spec.jobTemplate.spec.template.</summary>
    public static IEnumerable<JsonObject> Specs(JsonObject json)
    {
        if (json["kind"]?.ToString() == "Pod" && json["spec"] is JsonObject pod)
        {
            yield return pod;
        }

        JsonNode?[] templates = [At(json, "spec", "template"), At(json, "spec", "jobTemplate", "spec", "template"), At(json, "template")];
        foreach (var template in templates)
        {
            if (At(template, "spec") is JsonObject spec && spec["containers"] is JsonArray)
            {
                yield return spec;
            }
        }
    }

    public static IEnumerable<JsonObject> Containers(JsonObject podSpec) =>
        new[] { "initContainers", "containers", "ephemeralContainers" }.SelectMany(name => (podSpec[name] as JsonArray ?? []).OfType<JsonObject>());

    public static IEnumerable<JsonObject> AllContainers(JsonObject json) => Specs(json).SelectMany(Containers);

    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>The object at a property, made when it is not there.</summary>
    public static JsonObject Ensure(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            child = [];
            parent[name] = child;
        }

        return child;
    }

    /// <summary>A number that converts to any numeric type, as one read from text does.</summary>
    public static JsonNode Number(int value) => JsonNode.Parse(value.ToString(System.Globalization.CultureInfo.InvariantCulture))!;
}
