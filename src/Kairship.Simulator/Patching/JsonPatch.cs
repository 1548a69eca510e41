using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Patching;

/// <summary>RFC 6902. An operation that cannot be done refuses the whole patch with 422.</summary>
internal static class JsonPatch
{
    public static JsonObject Apply(JsonObject target, JsonArray patch)
    {
        JsonNode root = JsonTree.Copy(target);
        foreach (var operation in patch)
            root = One(root, operation as JsonObject ?? throw ApiException.BadRequest("a JSON patch is a list of operations"));
        return root as JsonObject ?? throw Refused();
    }

    static JsonNode One(JsonNode root, JsonObject operation)
    {
        var path = Pointer(JsonTree.Text(operation["path"]));
        switch (JsonTree.Text(operation["op"]))
        {
            case "add":
                return Add(root, path, operation["value"]?.DeepClone());
            case "remove":
                Remove(root, path);
                return root;
            case "replace":
                if (path.Length == 0)
                    return operation["value"]?.DeepClone() ?? throw Refused();
                Remove(root, path);
                return Add(root, path, operation["value"]?.DeepClone());
            case "move":
                var moved = Remove(root, Pointer(JsonTree.Text(operation["from"])));
                return Add(root, path, moved?.DeepClone());
            case "copy":
                return Add(root, path, Find(root, Pointer(JsonTree.Text(operation["from"])))?.DeepClone());
            case "test":
                if (!JsonNode.DeepEquals(JsonTree.CopyNode(Find(root, path)), JsonTree.CopyNode(operation["value"])))
                    throw Refused();
                return root;
            default:
                throw Refused();
        }
    }

    static JsonNode Add(JsonNode root, string[] path, JsonNode? value)
    {
        if (path.Length == 0)
            return value ?? throw Refused();
        switch (Find(root, path[..^1]))
        {
            case JsonObject obj:
                obj[path[^1]] = value;
                return root;
            case JsonArray array:
                array.Insert(path[^1] == "-" ? array.Count : Index(path[^1], array.Count + 1), value);
                return root;
            default:
                throw Refused();
        }
    }

    static JsonNode? Remove(JsonNode root, string[] path)
    {
        if (path.Length == 0)
            throw Refused();
        switch (Find(root, path[..^1]))
        {
            case JsonObject obj when obj.ContainsKey(path[^1]):
                var field = obj[path[^1]];
                obj.Remove(path[^1]);
                return field;
            case JsonArray array:
                var index = Index(path[^1], array.Count);
                var item = array[index];
                array.RemoveAt(index);
                return item;
            default:
                throw Refused();
        }
    }

    static JsonNode? Find(JsonNode root, string[] path)
    {
        JsonNode? node = root;
        foreach (var name in path)
        {
            node = node switch
            {
                JsonObject obj when obj.ContainsKey(name) => obj[name],
                JsonArray array => array[Index(name, array.Count)],
                _ => throw Refused(),
            };
        }
        return node;
    }

    static int Index(string text, int count) =>
        int.TryParse(text, out var index) && index >= 0 && index < count ? index : throw Refused();

    static string[] Pointer(string? text) => text switch
    {
        null => throw Refused(),
        "" => [],
        ['/', ..] => [.. text[1..].Split('/').Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))],
        _ => throw Refused(),
    };

    static ApiException Refused() => new(422, "Invalid", "the server rejected our request due to an error in our request");
}
