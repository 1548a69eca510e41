using System.Text.Json.Nodes;

namespace Kairship.Simulator.Controllers;

/// <summary>A short name for a pod template, the same for equal templates whatever the order of their fields.</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>32-bit FNV-1a of the template, in the letters that Kubernetes uses for it.</summary>
    public static string Of(JsonNode? template, long collisions = 0)
    {
        var hash = Add(2166136261, template);
        if (collisions > 0)
        {
            hash = Add(hash, collisions.ToString());
        }

        return string.Create(hash.ToString().Length, hash.ToString(), static (span, digits) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Letters[digits[i] % Letters.Length];
            }
        });
    }

    /// <summary>Equal but for the hash label that the controller added.</summary>
    public static bool SameTemplate(JsonNode? stamped, JsonNode? plain) =>
        JsonNode.DeepEquals(stamped?["spec"], plain?["spec"])
        && SameMap(stamped?["metadata"]?["annotations"], plain?["metadata"]?["annotations"])
        && SameMap(stamped?["metadata"]?["labels"], plain?["metadata"]?["labels"]);

    private static bool SameMap(JsonNode? stamped, JsonNode? plain)
    {
        var a = stamped as JsonObject ?? [];
        var b = plain as JsonObject ?? [];
        return a.Where(p => p.Key != Label).All(p => b.ContainsKey(p.Key) && JsonNode.DeepEquals(p.Value, b[p.Key]))
            && b.All(p => p.Key == Label || a.ContainsKey(p.Key));
    }

    private static uint Add(uint hash, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                foreach (var (name, value) in obj.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    hash = Add(Add(Add(hash, name), ":"), value);
                }

                return Add(hash, "}");
            case JsonArray array:
                return Add(array.Aggregate(hash, Add), "]");
            default:
                return Add(hash, node?.ToJsonString() ?? "null");
        }
    }

    private static uint Add(uint hash, string text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return hash;
    }
}
