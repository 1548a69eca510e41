using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Patching;

/// <summary>A list of a strategic merge patch, merged into the live one element by element, and the order of the result.</summary>
internal static class KeyedListPatch
{
    const string OrderDirective = "$setElementOrder/";

    /// <summary>Names of the lists whose order a patch states.</summary>
    public static IEnumerable<string> Ordered(JsonObject patch) =>
        patch.Where(p => p.Key.StartsWith(OrderDirective, StringComparison.Ordinal)).Select(p => p.Key[OrderDirective.Length..]);

    /// <summary>The order that a patch states for a list; null when it states none.</summary>
    public static JsonArray? Order(JsonObject patch, string name) => patch[OrderDirective + name] as JsonArray;

    public static JsonArray Merge(JsonArray live, JsonArray patch, JsonArray? order, SchemaNode list)
    {
        if (patch.OfType<JsonObject>().Any(i => StrategicMergePatch.Directive(i) == "replace"))
            return [.. patch.OfType<JsonObject>().Where(i => StrategicMergePatch.Directive(i) is null).Select(i => (JsonNode)StrategicMergePatch.Plain(i))];
        if (order is not null)
            SameOrder(patch, order, list);
        var result = live.Select(JsonTree.CopyNode).ToList();
        foreach (var item in patch)
            One(result, item, list);
        var wanted = (order ?? patch).Select(i => Id(i, list)).Distinct().ToList();
        return InOrder(result, wanted, [.. live.Select(i => Id(i, list))], list);
    }

    static void One(List<JsonNode?> result, JsonNode? item, SchemaNode list)
    {
        if (list.PatchKey is null)
        {
            if (!result.Exists(r => JsonNode.DeepEquals(r, item)))
                result.Add(JsonTree.CopyNode(item));
            return;
        }
        if (item is not JsonObject change)
            throw StrategicMergePatch.Broken($"list element types are not identical: [{GoText.Plain(new JsonArray([.. result.Select(JsonTree.CopyNode)]))} [{GoText.Plain(item)}]]");
        if (change[list.PatchKey] is null)
            throw StrategicMergePatch.Broken($"map: {GoText.Plain(change)} does not contain declared merge key: {list.PatchKey}");
        var id = Id(change, list);
        var at = result.FindIndex(r => Id(r, list) == id);
        switch (StrategicMergePatch.Directive(change))
        {
            case "delete":
                result.RemoveAll(r => Id(r, list) == id);
                break;
            case null or "merge" when at < 0:
                result.Add(StrategicMergePatch.Plain(change));
                break;
            default:
                result[at < 0 ? 0 : at] = StrategicMergePatch.Merge(at >= 0 && result[at] is JsonObject old ? JsonTree.Copy(old) : [], change, list.Element!);
                break;
        }
    }

    // Elements that the patch names come in its order; the others keep theirs, and where both were there before, the live order decides between them.
    static JsonArray InOrder(List<JsonNode?> items, List<string> wanted, List<string> live, SchemaNode list)
    {
        var named = new Queue<JsonNode?>(items.Where(i => wanted.Contains(Id(i, list))).OrderBy(i => wanted.IndexOf(Id(i, list))));
        var others = new Queue<JsonNode?>(items.Where(i => !wanted.Contains(Id(i, list))));
        var result = new JsonArray();
        while (named.Count + others.Count > 0)
        {
            var takeOther = named.Count == 0 || (others.Count > 0 && IsBefore(others.Peek(), named.Peek()));
            result.Add(JsonTree.CopyNode(takeOther ? others.Dequeue() : named.Dequeue()));
        }
        return result;

        bool IsBefore(JsonNode? left, JsonNode? right)
        {
            var (l, r) = (live.IndexOf(Id(left, list)), live.IndexOf(Id(right, list)));
            return l >= 0 && r >= 0 && l < r;
        }
    }

    static void SameOrder(JsonArray patch, JsonArray order, SchemaNode list)
    {
        var given = patch.Where(i => i is not JsonObject o || StrategicMergePatch.Directive(o) != "delete").Select(i => Id(i, list)).ToList();
        var stated = order.Select(i => Id(i, list)).Where(given.Contains).ToList();
        if (!stated.SequenceEqual(given))
            throw StrategicMergePatch.Broken($"The order in patch list:\n{GoText.Plain(patch)}\n doesn't match $setElementOrder list:\n{GoText.Plain(order)}\n");
    }

    static string Id(JsonNode? item, SchemaNode list) =>
        item is JsonObject obj && list.PatchKey is { } key ? obj[key]?.ToJsonString() ?? "" : item?.ToJsonString() ?? "";
}
