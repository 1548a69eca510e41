using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Overrides;

/// <summary>One object while rules change it: a clone, made when the first one does. Each edit says whether it had something to act on.</summary>
internal sealed class ObjectEdit(Manifest manifest)
{
    private const string Replicas = "/spec/replicas";
    private JsonObject? _json;

    public ObjectRef Ref => manifest.Ref;

    public JsonObject Json => _json ?? manifest.Json;

    private JsonObject Writable => _json ??= (JsonObject)manifest.Json.DeepClone();

    public Manifest ToManifest() => _json is null || JsonNode.DeepEquals(_json, manifest.Json) ? manifest : manifest with { Json = _json };

    public bool Image(ImageOverrider overrider)
    {
        if (overrider.Path is { } path)
        {
            if (!JsonPointer.TryFind(Json, path, out var node))
            {
                return false;
            }

            JsonPointer.Replace(Writable, path, Next(overrider, node?.ToString() ?? ""));
            return true;
        }

        if (!PodTemplates.AllContainers(Json).Any(c => IsMeant(c, overrider.Container)))
        {
            return false;
        }

        foreach (var container in PodTemplates.AllContainers(Writable).Where(c => IsMeant(c, overrider.Container)))
        {
            container["image"] = Next(overrider, container["image"]?.ToString() ?? "");
        }

        return true;
    }

    /// <param name="field">"command" or "args".</param>
    public bool List(string field, ListOverrider overrider)
    {
        if (!PodTemplates.AllContainers(Json).Any(c => IsMeant(c, overrider.ContainerName)))
        {
            return false;
        }

        foreach (var container in PodTemplates.AllContainers(Writable).Where(c => IsMeant(c, overrider.ContainerName)))
        {
            var before = (container[field] as JsonArray ?? []).Select(item => item?.ToString() ?? "");
            var after = overrider.Operator switch
            {
                OverrideOperator.Add => before.Concat(overrider.Value),
                OverrideOperator.Remove => before.Where(item => !overrider.Value.Contains(item)),
                _ => overrider.Value,
            };
            container[field] = new JsonArray(after.Select(item => (JsonNode?)JsonValue.Create(item)).ToArray());
        }

        return true;
    }

    /// <param name="field">"labels" or "annotations".</param>
    public void Map(string field, MapOverrider overrider)
    {
        var there = PodTemplates.At(Json, "metadata", field) as JsonObject;
        foreach (var (key, value) in overrider.Value)
        {
            if (overrider.Operator == OverrideOperator.Add || (there?.ContainsKey(key) ?? false))
            {
                var map = PodTemplates.Ensure(PodTemplates.Ensure(Writable, "metadata"), field);
                map.Remove(key);
                if (overrider.Operator != OverrideOperator.Remove)
                {
                    map[key] = value;
                }
            }
        }
    }

    public bool Field(FieldOverrider overrider)
    {
        if (!JsonPointer.TryFind(Json, overrider.FieldPath, out var node))
        {
            return false;
        }

        if (node is not JsonValue text || !text.TryGetValue<string>(out var content) || Read(overrider, content) is not JsonObject document)
        {
            throw new ManifestException($"{Ref}: the override of {overrider.FieldPath} needs a text there that is an object in {overrider.Format.ToString().ToUpperInvariant()}.");
        }

        foreach (var patch in overrider.Patches)
        {
            if (!JsonPatch.Apply(document, patch))
            {
                throw new ManifestException($"{Ref}: the override of {overrider.FieldPath} cannot {patch.Operator.ToString().ToLowerInvariant()} {patch.Path}: there is no such place in the text.");
            }
        }

        var written = overrider.Format == FieldFormat.Json ? document.ToJsonString(CanonicalWriter.Relaxed) : YamlWriter.Write(document);
        JsonPointer.Replace(Writable, overrider.FieldPath, JsonValue.Create(written));
        return true;
    }

    public bool Patch(PatchOverrider overrider)
    {
        if (overrider.Path == Replicas && WorkloadKey.HasReplicas(Ref))
        {
            throw new ManifestException($"{Ref}: an override cannot set {Replicas}: the placement decides how many replicas a cluster gets; give the cluster a weight there.");
        }

        return JsonPatch.Applies(Json, overrider) && JsonPatch.Apply(Writable, overrider);
    }

    private JsonNode? Read(FieldOverrider overrider, string content)
    {
        try
        {
            // YAML of version 1.2 takes JSON too, but what is said to be JSON must be it.
            return overrider.Format == FieldFormat.Json ? JsonNode.Parse(content) : ManifestParser.ParseDocument(content);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or ManifestException)
        {
            throw new ManifestException($"{Ref}: the text at {overrider.FieldPath} is not {overrider.Format.ToString().ToUpperInvariant()}, so that its override cannot change it.", e);
        }
    }

    private string Next(ImageOverrider overrider, string before)
    {
        var image = ImageReference.TryParse(before, out var reference)
            ? reference
            : throw new ManifestException($"{Ref}: '{before}' is not an image reference, so the overrides of this cluster cannot change it.");
        var after = OverrideApplier.Apply(image, overrider).ToString();
        return ImageReference.TryParse(after, out _)
            ? after
            : throw new ManifestException(
                $"{Ref}: the override {overrider.Operator} {overrider.Component} '{overrider.Value}' makes '{after}' of '{before}', which is not an image reference.");
    }

    private static bool IsMeant(JsonObject container, string? name) => name is null || name == container["name"]?.ToString();
}
