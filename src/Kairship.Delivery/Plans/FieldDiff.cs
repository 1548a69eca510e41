using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Plans;

/// <summary>The fields in which two states of an object differ, for people.</summary>
public static class FieldDiff
{
    public const int MaxChanges = 200;
    public const int MaxValueLength = 512;

    private static readonly HashSet<string> Ignored =
    [
        ".status", ".metadata.managedFields", ".metadata.resourceVersion", ".metadata.uid", ".metadata.generation", ".metadata.creationTimestamp",
        """.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]""",
        // Who wrote last, not what it is: with these every release would change every object.
        $".metadata.annotations[\"{KairshipLabels.Release}\"]", $".metadata.annotations[\"{KairshipLabels.Epoch}\"]",
    ];

    /// <summary>
    /// The changes by path. What only a server writes (status, managedFields, resourceVersion, uid, generation, creationTimestamp), kubectl's last-applied annotation
    /// and Kairship's own release and epoch annotations are ignored. Lists of objects with a name are matched by it, others by position. Values of a Secret
    /// become "(sensitive, N bytes, sha256 abcd1234…)". At most <see cref="MaxChanges"/> entries, the last then saying how many more; values are cut at
    /// <see cref="MaxValueLength"/> characters.
    /// </summary>
    public static IReadOnlyList<FieldChange> Compare(JsonObject before, JsonObject after, ObjectRef reference)
    {
        var comparison = new Comparison(reference is { Group: "", Kind: "Secret" });
        comparison.Fields(before, after, "");
        return comparison.Changes;
    }

    private sealed class Comparison(bool isSecret)
    {
        private readonly List<FieldChange> _changes = [];
        private int _more;

        public IReadOnlyList<FieldChange> Changes => _more == 0
            ? _changes
            : [.. _changes.Take(MaxChanges - 1), new FieldChange("…", null, $"{_more + 1} more fields differ")];

        public void Fields(JsonObject? before, JsonObject? after, string path)
        {
            var names = (before?.Select(f => f.Key) ?? []).Union(after?.Select(f => f.Key) ?? []).Order(StringComparer.Ordinal);
            foreach (var name in names)
            {
                Nodes(before?[name], after?[name], path + Segment(name));
            }
        }

        private void Nodes(JsonNode? before, JsonNode? after, string path)
        {
            if (Ignored.Contains(path) || JsonNode.DeepEquals(before, after))
            {
                return;
            }

            if (IsParentOfHidden(path) && before is null or JsonObject && after is null or JsonObject)
            {
                Fields(before as JsonObject, after as JsonObject, path);
            }
            else if (before is JsonObject oldFields && after is JsonObject newFields)
            {
                Fields(oldFields, newFields, path);
            }
            else if (before is JsonArray oldItems && after is JsonArray newItems)
            {
                Items(oldItems, newItems, path);
            }
            else
            {
                Add(path, before, after);
            }
        }

        // These are compared leaf by leaf even where one side has none, so that what must not be shown is never shown as part of them.
        private bool IsParentOfHidden(string path) => path is ".metadata" or ".metadata.annotations" || (isSecret && path is ".data" or ".stringData");

        private void Items(JsonArray before, JsonArray after, string path)
        {
            if (Names(before) is { } oldNames && Names(after) is { } newNames)
            {
                foreach (var name in oldNames.Keys.Union(newNames.Keys))
                {
                    Nodes(oldNames.GetValueOrDefault(name), newNames.GetValueOrDefault(name), $"{path}[name={name}]");
                }

                return;
            }

            for (var i = 0; i < Math.Max(before.Count, after.Count); i++)
            {
                Nodes(i < before.Count ? before[i] : null, i < after.Count ? after[i] : null, $"{path}[{i}]");
            }
        }

        private void Add(string path, JsonNode? before, JsonNode? after)
        {
            if (_changes.Count >= MaxChanges)
            {
                _more++;
                return;
            }

            var masked = isSecret && (path.StartsWith(".data", StringComparison.Ordinal) || path.StartsWith(".stringData", StringComparison.Ordinal));
            _changes.Add(new FieldChange(path, Show(before, path, masked), Show(after, path, masked)));
        }

        private static string? Show(JsonNode? node, string path, bool masked)
        {
            if (node is null || masked)
            {
                return node is null ? null : Mask(node, isEncoded: path.StartsWith(".data", StringComparison.Ordinal));
            }

            var text = node.ToJsonString(CanonicalWriter.Relaxed);
            return text.Length <= MaxValueLength ? text : string.Concat(text.AsSpan(0, MaxValueLength - 1), "…");
        }

        private static string Mask(JsonNode node, bool isEncoded)
        {
            var text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
            var bytes = new byte[text.Length];
            var value = isEncoded && Convert.TryFromBase64String(text, bytes, out var length) ? bytes.AsSpan(0, length) : Encoding.UTF8.GetBytes(text);
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(value));
            return string.Create(CultureInfo.InvariantCulture, $"(sensitive, {value.Length} bytes, sha256 {hash[..8]}…)");
        }
    }

    // Null when the items are not all objects with distinct names.
    private static Dictionary<string, JsonNode?>? Names(JsonArray items)
    {
        var byName = new Dictionary<string, JsonNode?>();
        return items.All(item => item is JsonObject fields && fields["name"] is JsonValue name && name.TryGetValue<string>(out var text) && byName.TryAdd(text, item))
            ? byName
            : null;
    }

    private static string Segment(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$') ? $".{name}" : $"[\"{name.Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";
}
