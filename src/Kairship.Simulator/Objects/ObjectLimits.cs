using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>How large and how deeply nested an object may be. What is deeper could not be read again once it is text, what is larger etcd would not take.</summary>
internal static class ObjectLimits
{
    /// <summary>Levels of a body that is sent. (A real API server takes ten thousand.)</summary>
    public const int MostDepth = 500;

    /// <summary>etcd's default.</summary>
    const int MostBytes = 1536 * 1024;

    // Managed fields lie a little deeper than the fields that they tell of.
    const int MostStoredDepth = MostDepth + 20;

    /// <summary>Reads every object that may be stored, and what a journal puts around it.</summary>
    public static readonly JsonReaderOptions Reading = new() { MaxDepth = 1000 };

    /// <exception cref="ApiException">It cannot be stored.</exception>
    public static void Check(JsonObject obj)
    {
        if (Size(obj, MostStoredDepth) > MostBytes)
            throw new ApiException(500, "", "etcdserver: request is too large");
    }

    // Bytes of its text, less what escapes make of characters.
    static long Size(JsonNode? node, int levels)
    {
        if (levels == 0)
            throw ApiException.BadRequest($"the object is nested deeper than {MostDepth} levels");
        switch (node)
        {
            case JsonObject obj:
                var fields = 2L;
                foreach (var (name, value) in obj)
                    fields += Encoding.UTF8.GetByteCount(name) + 4 + Size(value, levels - 1);
                return fields;
            case JsonArray array:
                var items = 2L;
                foreach (var item in array)
                    items += 1 + Size(item, levels - 1);
                return items;
            case JsonValue value when value.TryGetValue<string>(out var text):
                return Encoding.UTF8.GetByteCount(text) + 2;
            default:
                return 4;
        }
    }
}
