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
    const string Order = "$setElementOrder/";
    const string DeleteValues = "$deleteFromPrimitiveList/";

    public static JsonObject Apply(JsonObject target, JsonObject patch, SchemaNode schema) => Merge(JsonTree.Copy(target), patch, schema);

    static JsonObject Merge(JsonObject target, JsonObject patch, SchemaNode schema)
    {
        if (JsonTree.Text(patch["$patch"]) == "replace")
            return Plain(patch);
        if (JsonTree.Text(patch["$patch"]) == "delete")
            return [];
        if (patch["$retainKeys"] is JsonArray retained)
        {
            var keep = retained.Select(JsonTree.Text).ToHashSet();
            foreach (var name in target.Select(p => p.Key).Where(k => !keep.Contains(k)).ToList())
                target.Remove(name);
        }
        foreach (var (name, value) in patch.Where(p => !p.Key.StartsWith('$')))
        {
            var field = schema.Field(name);
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject changes)
                target[name] = Merge(target[name] is JsonObject old ? JsonTree.Copy(old) : [], changes, field);
            else if (value is JsonArray items && field.IsAssociative)
                target[name] = MergeList(target[name] as JsonArray ?? [], items, field);
            else
                target[name] = JsonTree.CopyNode(value);
        }
        foreach (var (name, value) in patch.Where(p => p.Key.StartsWith('$') && p.Value is JsonArray))
            Directive(target, name, value!.AsArray(), schema);
        return target;
    }

    static void Directive(JsonObject target, string name, JsonArray values, SchemaNode schema)
    {
        if (name.StartsWith(DeleteValues, StringComparison.Ordinal) && target[name[DeleteValues.Length..]] is JsonArray list)
        {
            foreach (var item in list.Where(i => values.Any(v => JsonNode.DeepEquals(v, i))).ToList())
                list.Remove(item);
        }
        else if (name.StartsWith(Order, StringComparison.Ordinal) && target[name[Order.Length..]] is JsonArray unordered)
        {
            var field = schema.Field(name[Order.Length..]);
            target[name[Order.Length..]] = Sort(unordered, [.. values.Select(v => Id(v, field))], field);
        }
    }

    static JsonArray MergeList(JsonArray old, JsonArray patch, SchemaNode schema)
    {
        if (patch.OfType<JsonObject>().Any(i => JsonTree.Text(i["$patch"]) == "replace" && i.Count == 1))
            return [.. patch.OfType<JsonObject>().Where(i => i.Count > 1 || i["$patch"] is null).Select(i => (JsonNode)Plain(i))];
        var result = old.Select(JsonTree.CopyNode).ToList();
        foreach (var item in patch)
        {
            var id = Id(item, schema);
            var at = result.FindIndex(r => Id(r, schema) == id);
            if (item is JsonObject change && JsonTree.Text(change["$patch"]) == "delete")
            {
                if (at >= 0)
                    result.RemoveAt(at);
            }
            else if (at < 0)
            {
                result.Add(item is JsonObject added ? Plain(added) : JsonTree.CopyNode(item));
            }
            else if (item is JsonObject changes && result[at] is JsonObject existing)
            {
                result[at] = Merge(JsonTree.Copy(existing), changes, schema.Element!);
            }
        }
        return [.. result];
    }

    // Elements the directive names come in its order; others keep their place behind the element that they followed.
    static JsonArray Sort(JsonArray list, List<string> order, SchemaNode schema)
    {
        var result = list.Where(i => order.Contains(Id(i, schema))).OrderBy(i => order.IndexOf(Id(i, schema))).ToList();
        string? previous = null;
        foreach (var item in list)
        {
            var id = Id(item, schema);
            if (!order.Contains(id))
                result.Insert(previous is null ? 0 : result.FindIndex(r => Id(r, schema) == previous) + 1, item);
            previous = id;
        }
        return [.. result.Select(JsonTree.CopyNode)];
    }

    static string Id(JsonNode? item, SchemaNode list) =>
        item is JsonObject obj && list.Keys.Count > 0 ? obj[list.Keys[0]]?.ToJsonString() ?? "" : item?.ToJsonString() ?? "";

    static JsonObject Plain(JsonObject obj)
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
}
