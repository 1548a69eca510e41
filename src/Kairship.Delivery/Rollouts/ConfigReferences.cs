using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Rollouts;

/// <summary>Where a pod names ConfigMaps and Secrets of its namespace: env, envFrom, volumes (projected ones too) and image pull secrets.</summary>
internal static class ConfigReferences
{
    /// <summary>True when the pod refers to something for which <paramref name="isMeant"/> (kind, name) holds.</summary>
    public static bool Any(JsonObject podSpec, Func<string, string, bool> isMeant) => All(podSpec).Any(place => isMeant(place.Kind, place.Name));

    /// <summary>Gives every reference the name that <paramref name="rename"/> (kind, name) returns.</summary>
    public static void Rewrite(JsonObject podSpec, Func<string, string, string> rename)
    {
        foreach (var place in All(podSpec).ToList())
        {
            place.Holder[place.Property] = rename(place.Kind, place.Name);
        }
    }

    private static IEnumerable<Place> All(JsonObject podSpec)
    {
        var containers = PodTemplates.Containers(podSpec).ToList();
        var env = containers.SelectMany(container => Objects(container, "env")).Select(variable => variable["valueFrom"]).ToList();
        var envFrom = containers.SelectMany(container => Objects(container, "envFrom")).ToList();
        var volumes = Objects(podSpec, "volumes").ToList();
        var projected = volumes.SelectMany(volume => Objects(volume["projected"] as JsonObject, "sources")).ToList();
        return new[]
        {
            env.Select(from => Place.At(from, "configMapKeyRef", "name", "ConfigMap")),
            env.Select(from => Place.At(from, "secretKeyRef", "name", "Secret")),
            envFrom.Select(from => Place.At(from, "configMapRef", "name", "ConfigMap")),
            envFrom.Select(from => Place.At(from, "secretRef", "name", "Secret")),
            volumes.Select(volume => Place.At(volume, "configMap", "name", "ConfigMap")),
            volumes.Select(volume => Place.At(volume, "secret", "secretName", "Secret")),
            projected.Select(source => Place.At(source, "configMap", "name", "ConfigMap")),
            projected.Select(source => Place.At(source, "secret", "name", "Secret")),
            Objects(podSpec, "imagePullSecrets").Select(secret => Place.Of(secret, "name", "Secret")),
        }.SelectMany(places => places).OfType<Place>();
    }

    private static IEnumerable<JsonObject> Objects(JsonObject? parent, string property) => (parent?[property] as JsonArray ?? []).OfType<JsonObject>();

    private sealed record Place(JsonObject Holder, string Property, string Kind, string Name)
    {
        public static Place? At(JsonNode? parent, string reference, string property, string kind) => Of(PodTemplates.At(parent, reference) as JsonObject, property, kind);

        public static Place? Of(JsonObject? holder, string property, string kind) =>
            holder?[property] is JsonValue value && value.TryGetValue<string>(out var name) ? new Place(holder, property, kind, name) : null;
    }
}
