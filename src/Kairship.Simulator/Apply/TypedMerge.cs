using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Apply;

/// <summary>Puts an applied configuration over the live object: maps by key, keyed lists by element, everything else as a whole.</summary>
internal static class TypedMerge
{
    public static JsonObject Merge(JsonObject live, JsonObject applied, SchemaNode schema)
    {
        var result = JsonTree.Copy(live);
        Into(result, applied, schema);
        return result;
    }

    /// <summary>Removes the members of a set (and what lies below them); objects that become empty by it go too.</summary>
    public static JsonObject Remove(JsonObject obj, FieldSet doomed, SchemaNode schema)
    {
        var result = JsonTree.Copy(obj);
        RemoveIn(result, doomed, schema);
        return result;
    }

    static void Into(JsonObject target, JsonObject applied, SchemaNode schema)
    {
        foreach (var (name, value) in applied)
            target[name] = Combine(target[name], value, schema.Field(name));
    }

    static JsonNode? Combine(JsonNode? live, JsonNode? applied, SchemaNode schema)
    {
        if (live is JsonObject target && applied is JsonObject source && !schema.Atomic)
        {
            var merged = JsonTree.Copy(target);
            Into(merged, source, schema);
            return merged;
        }
        if (live is JsonArray items && applied is JsonArray wanted && schema.IsAssociative)
            return Lists(items, wanted, schema);
        return JsonTree.CopyNode(applied);
    }

    // Elements that both lists have come in the applied order. Elements of the live list alone stay behind the element that they follow there,
    // before what is new.
    static JsonArray Lists(JsonArray live, JsonArray applied, SchemaNode schema)
    {
        var left = new Queue<(string Key, JsonNode? Item)>(live.Select(i => (PathElement.OfItem(i, schema) ?? "", i)));
        var before = left.DistinctBy(l => l.Key).ToDictionary(l => l.Key, l => l.Item);
        var wanted = applied.Select(i => PathElement.OfItem(i, schema) ?? "").ToHashSet();
        var result = new JsonArray();
        foreach (var item in applied)
        {
            var key = PathElement.OfItem(item, schema) ?? "";
            var isShared = before.TryGetValue(key, out var old);
            while (left.TryPeek(out var next) && (isShared ? next.Key != key && left.Any(l => l.Key == key) : !wanted.Contains(next.Key)))
            {
                if (!wanted.Contains(left.Dequeue().Key))
                    result.Add(JsonTree.CopyNode(next.Item));
            }
            if (isShared && left.TryPeek(out var first) && first.Key == key)
                left.Dequeue();
            result.Add(!isShared || schema.IsSet ? JsonTree.CopyNode(item) : Combine(old, item, schema.Element!));
        }
        foreach (var (_, item) in left.Where(l => !wanted.Contains(l.Key)))
            result.Add(JsonTree.CopyNode(item));
        return result;
    }

    static void RemoveIn(JsonObject obj, FieldSet doomed, SchemaNode schema)
    {
        foreach (var name in obj.Select(p => p.Key).ToList())
        {
            if (doomed.Child(PathElement.Field(name)) is not { } set)
                continue;
            if (set.Member || Emptied(obj[name], set, schema.Field(name)))
                obj.Remove(name);
        }
    }

    static bool Emptied(JsonNode? node, FieldSet doomed, SchemaNode schema)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } obj when !schema.Atomic:
                RemoveIn(obj, doomed, schema);
                return obj.Count == 0;
            case JsonArray { Count: > 0 } array when schema.IsAssociative:
                for (var i = array.Count - 1; i >= 0; i--)
                {
                    if (PathElement.OfItem(array[i], schema) is not { } key || doomed.Child(key) is not { } set)
                        continue;
                    if (set.Member)
                        array.RemoveAt(i);
                    else if (array[i] is JsonObject item)
                        RemoveIn(item, set, schema.Element!);
                }
                return array.Count == 0;
            default:
                return false;
        }
    }
}
