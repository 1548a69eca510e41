using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>Finalizers, owner references, and what of the metadata never changes.</summary>
internal static class MetadataRules
{
    static readonly string[] StandardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"];

    public static void Object(ResourceType type, JsonObject meta, Violations violations)
    {
        // Custom resources and their definitions take any name.
        var mustBeQualified = type.CustomSchema is null && type.Group != "apiextensions.k8s.io";
        var finalizers = Texts(meta["finalizers"]);
        for (var i = 0; i < finalizers.Count; i++)
        {
            Names.Key("metadata.finalizers", finalizers[i], violations);
            if (mustBeQualified && !finalizers[i].Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizers[i]))
                violations.Invalid($"metadata.finalizers[{i}]", finalizers[i], "name is neither a standard finalizer name nor is it fully qualified");
        }
        if (finalizers.Contains("orphan") && finalizers.Contains("foregroundDeletion"))
            violations.Invalid("metadata.finalizers", new JsonArray([.. finalizers.Select(f => (JsonNode)f)]), "finalizer orphan and foregroundDeletion cannot be both set");
        Owners(meta["ownerReferences"] as JsonArray ?? [], violations);
    }

    public static void Changed(JsonObject meta, JsonObject old, Violations violations)
    {
        if (old["deletionTimestamp"] is not null)
        {
            var added = Texts(meta["finalizers"]).Except(Texts(old["finalizers"])).ToList();
            if (added.Count > 0)
                violations.Forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers "
                    + $"[]string{{{string.Join(", ", added.Select(f => $"\"{f}\""))}}}");
        }
        if (meta["uid"] is { } uid)
            violations.Immutable("metadata.uid", old["uid"], uid);
        if (meta["deletionTimestamp"] is { } deletion)
            violations.Immutable("metadata.deletionTimestamp", old["deletionTimestamp"], deletion);
    }

    static void Owners(JsonArray owners, Violations violations)
    {
        string? controller = null;
        foreach (var owner in owners.OfType<JsonObject>())
        {
            foreach (var (field, name) in (ReadOnlySpan<(string, string)>)[("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")])
            {
                if (JsonTree.Text(owner[field]) is not { Length: > 0 })
                    violations.Invalid($"metadata.ownerReferences.{field}", "", $"{name} must not be empty");
            }
            if (JsonTree.Text(owner["kind"]) == "Event" && JsonTree.Text(owner["apiVersion"]) is "v1" or "events.k8s.io/v1")
                violations.Invalid("metadata.ownerReferences", owner.DeepClone(), "/v1, Kind=Event is disallowed from being an owner");
            if (owner["controller"] is not JsonValue flag || !flag.TryGetValue<bool>(out var controls) || !controls)
                continue;
            if (controller is not null)
                violations.Invalid("metadata.ownerReferences", owners.DeepClone(),
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {JsonTree.Text(owner["name"])}");
            controller = JsonTree.Text(owner["name"]);
        }
    }

    static List<string> Texts(JsonNode? node) => node is JsonArray items ? [.. items.Select(i => JsonTree.Text(i) ?? "")] : [];
}
