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
        """.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]""", """.metadata.annotations["deployment.kubernetes.io/revision"]""",
        // Who wrote last, not what it is: with these every release would change every object.
        $".metadata.annotations[\"{KairshipLabels.Release}\"]", $".metadata.annotations[\"{KairshipLabels.Epoch}\"]",
    ];

    /// <summary>
    /// The changes by path. What only a server writes (status, managedFields, resourceVersion, uid, generation, creationTimestamp, a Deployment's revision), kubectl's last-applied annotation
    /// and Kairship's own release and epoch annotations are ignored. Lists of objects with a name are matched by it, others by position. Of a Secret's
    /// values nothing is shown but that they are there ("(secret)") and that they differ ("(secret, changed)"). At most <see cref="MaxChanges"/> entries, the last then saying how many more; values are cut at
    /// <see cref="MaxValueLength"/> characters.
    /// </summary>
    /// <param name="manifest">What is applied: of what comes in anew only that is shown, not the defaults that the server fills in beside it.</param>
    public static IReadOnlyList<FieldChange> Compare(JsonObject before, JsonObject after, ObjectRef reference, JsonObject? manifest = null)
    {
        var comparison = new Comparison(SecretMask.IsSecret(reference), isWhole: false);
        comparison.Fields(before, after, manifest, "");
        return comparison.Changes;
    }

    /// <summary>Every field of an object that is to be created, one entry for each value, masked and bounded like <see cref="Compare"/>.</summary>
    public static IReadOnlyList<FieldChange> Whole(JsonObject after, ObjectRef reference)
    {
        var comparison = new Comparison(SecretMask.IsSecret(reference), isWhole: true);
        comparison.Fields([], after, null, "");
        return comparison.Changes;
    }

    private sealed class Comparison(bool isSecret, bool isWhole)
    {
        private readonly List<FieldChange> _changes = [];
        private int _more;

        public IReadOnlyList<FieldChange> Changes => _more == 0
            ? _changes
            : [.. _changes.Take(MaxChanges - 1), new FieldChange("…", null, $"{_more + 1} more fields differ")];

        public void Fields(JsonObject? before, JsonObject? after, JsonObject? wanted, string path)
        {
            var names = (before?.Select(f => f.Key) ?? []).Union(after?.Select(f => f.Key) ?? []).Order(StringComparer.Ordinal);
            foreach (var name in names)
            {
                Nodes(before?[name], after?[name], wanted?[name], path + Segment(name));
            }
        }

        private void Nodes(JsonNode? before, JsonNode? after, JsonNode? wanted, string path)
        {
            if (Ignored.Contains(path) || JsonNode.DeepEquals(before, after))
            {
                return;
            }

            if (isWhole && after is JsonObject { Count: > 0 } fields)
            {
                Fields(null, fields, null, path);
            }
            else if (isWhole && after is JsonArray { Count: > 0 } items)
            {
                Items([], items, null, path);
            }
            else if (IsParentOfHidden(path) && before is null or JsonObject && after is null or JsonObject)
            {
                Fields(before as JsonObject, after as JsonObject, wanted as JsonObject, path);
            }
            else if (before is JsonObject oldFields && after is JsonObject newFields)
            {
                Fields(oldFields, newFields, wanted as JsonObject, path);
            }
            else if (before is JsonArray oldItems && after is JsonArray newItems)
            {
                Items(oldItems, newItems, wanted as JsonArray, path);
            }
            else
            {
                Add(path, before, before is null && after is not null ? wanted ?? after : after);
            }
        }

        // These are compared leaf by leaf even where one side has none, so that what must not be shown is never shown as part of them.
        private bool IsParentOfHidden(string path) => path is ".metadata" or ".metadata.annotations" || (isSecret && path is ".data" or ".stringData");

        private void Items(JsonArray before, JsonArray after, JsonArray? wanted, string path)
        {
            if (Names(before) is { } oldNames && Names(after) is { } newNames && (oldNames.Count > 0 || newNames.Count > 0))
            {
                var wantedNames = Names(wanted ?? []);
                foreach (var name in oldNames.Keys.Union(newNames.Keys))
                {
                    Nodes(oldNames.GetValueOrDefault(name), newNames.GetValueOrDefault(name), wantedNames?.GetValueOrDefault(name), $"{path}[name={name}]");
                }

                return;
            }

            for (var i = 0; i < Math.Max(before.Count, after.Count); i++)
            {
                Nodes(i < before.Count ? before[i] : null, i < after.Count ? after[i] : null, i < wanted?.Count ? wanted[i] : null, $"{path}[{i}]");
            }
        }

        private void Add(string path, JsonNode? before, JsonNode? after)
        {
            if (_changes.Count >= MaxChanges)
            {
                _more++;
                return;
            }

            var masked = isSecret && SecretMask.IsValue(path);
            _changes.Add(masked
                ? new FieldChange(path, before is null ? null : SecretMask.Present, after is null ? null : before is null ? SecretMask.Present : SecretMask.Changed)
                : new FieldChange(path, Show(before), Show(after)));
        }

        private static string? Show(JsonNode? node)
        {
            if (node is null)
            {
                return null;
            }

            var text = node.ToJsonString(CanonicalWriter.Relaxed);
            return text.Length <= MaxValueLength ? text : string.Concat(text.AsSpan(0, MaxValueLength - 1), "…");
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
