using System.Text.Json.Nodes;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Apply;

/// <summary>Two states of an object, compared field by field.</summary>
internal sealed record FieldComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    public FieldSet Changed { get; } = Added.Union(Modified);
}

/// <summary>The paths that an object holds, and how two objects differ, by their schema. After structured-merge-diff's typed values.</summary>
internal static class FieldSets
{
    /// <summary>Leaves, free keys and list elements of an object.</summary>
    public static FieldSet Of(JsonObject obj, SchemaNode schema)
    {
        var set = new FieldSet();
        Collect(obj, schema, set);
        return set;
    }

    public static FieldComparison Compare(JsonObject old, JsonObject next, SchemaNode schema)
    {
        var (added, modified, removed) = (new FieldSet(), new FieldSet(), new FieldSet());
        CompareNodes(old, next, schema, added, modified, removed);
        return new FieldComparison(Trim(added), Trim(modified), Trim(removed));
    }

    static void Collect(JsonNode? node, SchemaNode schema, FieldSet at)
    {
        switch (node)
        {
            case JsonObject obj when !schema.Atomic && IsMap(schema):
                foreach (var (name, value) in obj)
                {
                    var child = at.ChildOrNew(PathElement.Field(name));
                    Collect(value, schema.Field(name), child);
                    if (!schema.Declares(name) || value is null or JsonObject { Count: 0 })
                        child.Member = true;
                }
                break;
            case JsonArray array when schema.IsAssociative:
                foreach (var item in array)
                {
                    if (PathElement.OfItem(item, schema) is not { } element)
                        continue;
                    var child = at.ChildOrNew(element);
                    if (!schema.IsSet)
                        Collect(item, schema.Element!, child);
                    child.Member = true;
                }
                break;
            default:
                at.Member = true;
                break;
        }
    }

    static void CompareNodes(JsonNode? old, JsonNode? next, SchemaNode schema, FieldSet added, FieldSet modified, FieldSet removed)
    {
        if (Recurses(old, next, schema))
        {
            CompareMaps(old as JsonObject, next as JsonObject, schema, added, modified, removed);
            return;
        }
        if (schema.IsAssociative && old is JsonArray or null && next is JsonArray or null && ((old as JsonArray)?.Count ?? 0) + ((next as JsonArray)?.Count ?? 0) > 0)
        {
            CompareLists(old as JsonArray, next as JsonArray, schema, added, modified, removed);
            return;
        }
        if (old is null)
            added.Member = true;
        else if (next is null)
            removed.Member = true;
        else if (!JsonNode.DeepEquals(old, next))
            modified.Member = true;
    }

    static bool Recurses(JsonNode? old, JsonNode? next, SchemaNode schema) =>
        !schema.Atomic && IsMap(schema) && old is JsonObject or null && next is JsonObject or null
            && ((old as JsonObject)?.Count > 0 || (next as JsonObject)?.Count > 0);

    static void CompareMaps(JsonObject? old, JsonObject? next, SchemaNode schema, FieldSet added, FieldSet modified, FieldSet removed)
    {
        // A map that came or went as a whole is owned itself too, beside its keys.
        if (schema.Kind == SchemaKind.Map && old is null)
            added.Member = true;
        if (schema.Kind == SchemaKind.Map && next is null)
            removed.Member = true;
        foreach (var name in Names(old, next))
        {
            var element = PathElement.Field(name);
            var (was, is_) = (old?[name], next?[name]);
            if (was is null && is_ is null)
                continue;
            CompareNodes(was, is_, schema.Field(name), added.ChildOrNew(element), modified.ChildOrNew(element), removed.ChildOrNew(element));
        }
    }

    static void CompareLists(JsonArray? old, JsonArray? next, SchemaNode schema, FieldSet added, FieldSet modified, FieldSet removed)
    {
        var (left, right) = (Items(old, schema), Items(next, schema));
        foreach (var element in left.Keys.Concat(right.Keys.Where(k => !left.ContainsKey(k))))
        {
            var (had, has) = (left.TryGetValue(element, out var was), right.TryGetValue(element, out var is_));
            var (inAdded, inModified, inRemoved) = (added.ChildOrNew(element), modified.ChildOrNew(element), removed.ChildOrNew(element));
            if (!had)
                inAdded.Member = true;
            if (!has)
                inRemoved.Member = true;
            if (!schema.IsSet)
                CompareNodes(was, is_, schema.Element!, inAdded, inModified, inRemoved);
        }
    }

    static Dictionary<string, JsonNode?> Items(JsonArray? list, SchemaNode schema)
    {
        var items = new Dictionary<string, JsonNode?>();
        foreach (var item in list ?? [])
        {
            if (PathElement.OfItem(item, schema) is { } element)
                items.TryAdd(element, item);
        }
        return items;
    }

    static IEnumerable<string> Names(JsonObject? old, JsonObject? next) =>
        (old?.Select(p => p.Key) ?? []).Concat(next?.Select(p => p.Key).Where(k => old is null || !old.ContainsKey(k)) ?? []);

    static bool IsMap(SchemaNode schema) => schema.Kind is SchemaKind.Struct or SchemaKind.Map or SchemaKind.Any;

    // Walking leaves empty nodes behind.
    static FieldSet Trim(FieldSet set) => set.Difference(new FieldSet());
}
