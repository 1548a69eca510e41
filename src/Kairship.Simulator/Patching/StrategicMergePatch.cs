using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Patching;

/// <summary>
/// Kubernetes' strategic merge patch: like a merge patch, but keyed lists are merged by element. Directives: <c>$patch</c> (replace, delete,
/// merge), <c>$retainKeys</c>, <c>$setElementOrder/field</c>, <c>$deleteFromPrimitiveList/field</c>.
/// </summary>
internal static class StrategicMergePatch
{
    const string DeleteValues = "$deleteFromPrimitiveList/";

    public static JsonObject Apply(JsonObject target, JsonObject patch, SchemaNode schema) => Merge(JsonTree.Copy(target), patch, schema);

    /// <summary>Changes the target, which nobody else holds.</summary>
    public static JsonObject Merge(JsonObject target, JsonObject patch, SchemaNode schema)
    {
        switch (Directive(patch))
        {
            case "replace":
                return Plain(patch);
            case "delete":
                return [];
            case not (null or "merge"):
                throw Broken($"unknown patch type: {Directive(patch)} in map: {GoText.Plain(patch)}");
        }
        Retain(target, patch);
        foreach (var (name, value) in patch.Where(p => !p.Key.StartsWith('$')))
        {
            var field = schema.Field(name);
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject changes)
                Deeper(target, name, changes, field);
            else if (value is JsonArray items && field.PatchStrategy is not null)
                target[name] = KeyedListPatch.Merge(target[name] as JsonArray ?? [], items, KeyedListPatch.Order(patch, name), field);
            else
                target[name] = JsonTree.CopyNode(value);
        }
        Rest(target, patch, schema);
        return target;
    }

    /// <summary>The <c>$patch</c> of an object; null when it has none.</summary>
    public static string? Directive(JsonObject patch) => patch.ContainsKey("$patch") ? JsonTree.Text(patch["$patch"]) ?? "" : null;

    /// <summary>The object without directives, as something new is added.</summary>
    public static JsonObject Plain(JsonObject obj)
    {
        var plain = new JsonObject();
        foreach (var (name, value) in obj.Where(p => !p.Key.StartsWith('$') && p.Value is not null))
        {
            plain[name] = value switch
            {
                JsonObject child => Plain(child),
                JsonArray items => new JsonArray([.. items.Select(i => i is JsonObject o ? Plain(o) : JsonTree.CopyNode(i))]),
                _ => JsonTree.CopyNode(value),
            };
        }
        return plain;
    }

    /// <summary>What is wrong with the patch itself and not with its form.</summary>
    public static ApiException Broken(string message) => new(500, "", message);

    static void Deeper(JsonObject target, string name, JsonObject changes, SchemaNode field)
    {
        var merged = Merge(target[name] is JsonObject old ? JsonTree.Copy(old) : [], changes, field);
        if (Directive(changes) == "delete")
            target.Remove(name);
        else
            target[name] = merged;
    }

    static void Retain(JsonObject target, JsonObject patch)
    {
        if (!patch.ContainsKey("$retainKeys"))
            return;
        if (patch["$retainKeys"] is not JsonArray retained)
            throw ApiException.BadRequest("invalid patch format of retainKeys");
        var keep = retained.Select(JsonTree.Text).ToHashSet();
        foreach (var name in target.Select(p => p.Key).Where(k => !keep.Contains(k)).ToList())
            target.Remove(name);
    }

    // Directives on lists that the patch says nothing else about.
    static void Rest(JsonObject target, JsonObject patch, SchemaNode schema)
    {
        foreach (var (directive, value) in patch.Where(p => p.Key.StartsWith(DeleteValues, StringComparison.Ordinal)))
        {
            var name = directive[DeleteValues.Length..];
            if (target[name] is not JsonArray list || value is not JsonArray values)
                continue;
            foreach (var item in list.Where(i => values.Any(v => JsonNode.DeepEquals(v, i))).ToList())
                list.Remove(item);
            if (list.Count == 0)
                target.Remove(name);
        }
        foreach (var name in KeyedListPatch.Ordered(patch).Where(n => !patch.ContainsKey(n)))
        {
            if (target[name] is JsonArray list)
                target[name] = KeyedListPatch.Merge(list, [], KeyedListPatch.Order(patch, name), schema.Field(name));
        }
    }
}
