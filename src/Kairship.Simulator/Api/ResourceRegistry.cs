using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Writing;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api;

/// <summary>All kinds that one cluster serves now: the built-in ones and those of its CustomResourceDefinitions.</summary>
internal sealed class ResourceRegistry
{
    readonly ObjectStore _store;
    IReadOnlyList<ResourceType>? _types;

    public ResourceRegistry(ObjectStore store)
    {
        _store = store;
        store.Subscribe(change =>
        {
            if (change.Key.Plural == "customresourcedefinitions")
                Volatile.Write(ref _types, null);
        });
    }

    public IReadOnlyList<ResourceType> Types
    {
        get
        {
            if (Volatile.Read(ref _types) is { } known)
                return known;
            IReadOnlyList<ResourceType> types =
            [
                .. ResourceCatalog.BuiltIn,
                .. _store.List("apiextensions.k8s.io", "customresourcedefinitions").SelectMany(OfDefinition),
            ];
            Volatile.Write(ref _types, types);
            return types;
        }
    }

    public ResourceType? Find(string group, string version, string plural) =>
        Types.FirstOrDefault(t => t.Plural == plural && t.Group == group && t.Version == version);

    static IEnumerable<ResourceType> OfDefinition(JsonObject definition)
    {
        var spec = definition["spec"];
        var names = spec?["names"];
        if (JsonTree.Text(spec?["group"]) is not { } group || JsonTree.Text(names?["plural"]) is not { } plural || spec!["versions"] is not JsonArray versions)
            yield break;
        if (!CustomDefinitions.IsEstablished(definition))
            yield break;
        var isTerminating = definition["metadata"]?["deletionTimestamp"] is not null;
        var kind = JsonTree.Text(names!["kind"]) ?? plural;
        foreach (var version in versions.OfType<JsonObject>().Where(v => v["served"]?.GetValue<bool>() == true))
        {
            yield return new ResourceType(
                group,
                JsonTree.Text(version["name"]) ?? "v1",
                kind,
                plural,
                JsonTree.Text(names["singular"]) is { Length: > 0 } singular ? singular : kind.ToLowerInvariant(),
                JsonTree.Text(spec["scope"]) != "Cluster",
                Texts(names["shortNames"]),
                version["subresources"]?["status"] is not null,
                version["subresources"]?["scale"] is not null)
            {
                Categories = Texts(names["categories"]),
                CustomSchema = version["schema"]?["openAPIV3Schema"] as JsonObject ?? [],
                CustomVersion = version,
                IsTerminating = isTerminating,
            };
        }
    }

    static string[] Texts(JsonNode? node) => node is JsonArray array ? [.. array.Select(n => n!.GetValue<string>())] : [];
}
