using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Patching;

/// <summary>
/// RFC 6902 as a Kubernetes API server understands it: an operation that cannot be done refuses the whole patch with 422; replacing a missing field adds it,
/// testing for null holds where nothing is, and a negative index counts from the end of a list.
/// </summary>
internal static class JsonPatch
{
    const int MostOperations = 10_000;

    /// <summary>Of all copies of one patch: ten that each double the object make it a thousand times as large.</summary>
    const int MostCopiedBytes = 3 * 1024 * 1024;

    public static JsonObject Apply(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
            throw ApiException.BadRequest($"json: cannot unmarshal {Kind(patch)} into Go value of type jsonpatch.Patch");
        if (operations.Count > MostOperations)
            throw new ApiException(413, "RequestEntityTooLarge", $"Request entity too large: The allowed maximum operations in a JSON patch is {MostOperations}, got {operations.Count}");
        JsonNode root = JsonTree.Copy(target);
        var copied = 0L;
        foreach (var operation in operations)
            root = One(root, ref copied, operation as JsonObject ?? throw ApiException.BadRequest($"json: cannot unmarshal {Kind(operation)} into Go value of type jsonpatch.Operation"));
        return root as JsonObject ?? throw Refused();
    }

    static JsonNode One(JsonNode root, ref long copied, JsonObject operation)
    {
        var path = Pointer(JsonTree.Text(operation["path"]));
        switch (JsonTree.Text(operation["op"]))
        {
            case "add":
                return Add(root, path, operation["value"]?.DeepClone());
            case "remove":
                Remove(root, path, mustExist: true);
                return root;
            case "replace":
                if (path.Length == 0)
                    return operation["value"]?.DeepClone() ?? throw Refused();
                Remove(root, path, mustExist: false);
                return Add(root, path, operation["value"]?.DeepClone());
            case "move":
                var moved = Remove(root, Pointer(JsonTree.Text(operation["from"])), mustExist: true);
                return Add(root, path, moved?.DeepClone());
            case "copy":
                var source = Find(root, Pointer(JsonTree.Text(operation["from"])));
                copied += source?.ToJsonString().Length ?? 0;
                return copied <= MostCopiedBytes ? Add(root, path, source?.DeepClone()) : throw Refused();
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
                array.Insert(path[^1] == "-" ? array.Count : Index(path[^1], array.Count, array.Count), value);
                return root;
            default:
                throw Refused();
        }
    }

    static JsonNode? Remove(JsonNode root, string[] path, bool mustExist)
    {
        if (path.Length == 0)
            throw Refused();
        switch (Find(root, path[..^1]))
        {
            case JsonObject obj when obj.ContainsKey(path[^1]) || !mustExist:
                var field = obj[path[^1]];
                obj.Remove(path[^1]);
                return field;
            case JsonArray array:
                var index = Index(path[^1], array.Count, array.Count - 1);
                var item = array[index];
                array.RemoveAt(index);
                return item;
            default:
                throw Refused();
        }
    }

    // The last step may name a field that is missing: it reads as null.
    static JsonNode? Find(JsonNode root, string[] path)
    {
        JsonNode? node = root;
        for (var i = 0; i < path.Length; i++)
        {
            node = node switch
            {
                JsonObject obj when obj.ContainsKey(path[i]) || i == path.Length - 1 => obj[path[i]],
                JsonArray array => array[Index(path[i], array.Count, array.Count - 1)],
                _ => throw Refused(),
            };
        }
        return node;
    }

    static int Index(string text, int count, int last)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            throw Refused();
        var at = index < 0 ? index + count : index;
        return at >= 0 && at <= last ? at : throw Refused();
    }

    // Whatever stands before the first slash is not looked at.
    static string[] Pointer(string? text) => text switch
    {
        null => throw Refused(),
        "" => [],
        _ => [.. text.Split('/')[1..].Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))],
    };

    static string Kind(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => node.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => "number",
            _ => "bool",
        },
    };

    static ApiException Refused() => new(422, "Invalid", "the server rejected our request due to an error in our request", []);
}
