using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Drift;

/// <summary>Who owns fields of a live object, by its metadata.managedFields.</summary>
public static class FieldOwners
{
    /// <summary>
    /// The managers other than Kairship that own any of the fields, whoever wrote last first. When nobody owns them (somebody took them away), whoever wrote to the object last.
    /// </summary>
    /// <param name="paths">As <see cref="FieldDiff"/> writes them.</param>
    public static IReadOnlyList<string> Of(JsonObject live, IReadOnlyList<string> paths)
    {
        var others = Entries(live).Where(e => e.Manager != KairshipLabels.ManagedByValue && e.Subresource != "status").OrderByDescending(e => e.Time, StringComparer.Ordinal).ToList();
        var steps = paths.Select(Steps).ToList();
        var owners = others.Where(e => steps.Exists(path => Owns(e.Fields, path))).Select(e => e.Manager).Distinct().ToList();
        return owners.Count > 0 ? owners : [.. others.Select(e => e.Manager).Take(1)];
    }

    /// <summary>Who set spec.replicas through the scale subresource and owns it; null: nobody, or Kairship itself.</summary>
    public static string? Scaler(JsonObject live) => Entries(live)
        .FirstOrDefault(e => e.Subresource == "scale" && e.Manager != KairshipLabels.ManagedByValue && Owns(e.Fields, ["spec", "replicas"]))?.Manager;

    private static IEnumerable<Entry> Entries(JsonObject live) => (live["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>()
        .Where(e => e["fieldsV1"] is JsonObject)
        .Select(e => new Entry(
            e["manager"]?.ToString() ?? "", e["subresource"]?.ToString() ?? "", e["time"]?.ToString() ?? "", (JsonObject)e["fieldsV1"]!));

    /// <summary>As far as the entry goes: an owner of a whole map or list owns what is in it only where it names it, or names nothing below (atomic).</summary>
    private static bool Owns(JsonObject fields, IReadOnlyList<string> path)
    {
        var at = fields;
        for (var i = 0; i < path.Count; i++)
        {
            if (Next(at, path[i]) is not { } next)
            {
                return i > 0 && at.Count == 0;
            }

            at = next;
        }

        return true;
    }

    private static JsonObject? Next(JsonObject fields, string step)
    {
        if (fields[$"f:{step}"] is JsonObject field)
        {
            return field;
        }

        if (!step.StartsWith("name=", StringComparison.Ordinal))
        {
            return fields[$"i:{step}"] as JsonObject;
        }

        var name = step["name=".Length..];
        return fields.Where(f => f.Key.StartsWith("k:", StringComparison.Ordinal) && NameIn(f.Key[2..]) == name).Select(f => f.Value as JsonObject).FirstOrDefault();
    }

    private static string? NameIn(string key)
    {
        try
        {
            return JsonNode.Parse(key)?["name"]?.ToString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>".spec.a[name=web].b[\"x.y\"][0]" to spec, a, name=web, b, x.y, 0.</summary>
    private static List<string> Steps(string path)
    {
        var steps = new List<string>();
        for (var i = 0; i < path.Length;)
        {
            if (path[i] == '.')
            {
                var end = path.IndexOfAny(['.', '['], i + 1) is >= 0 and var found ? found : path.Length;
                steps.Add(path[(i + 1)..end]);
                i = end;
            }
            else if (path.AsSpan(i).StartsWith("[\"", StringComparison.Ordinal))
            {
                var end = path.IndexOf("\"]", i, StringComparison.Ordinal) is >= 0 and var found ? found : path.Length - 2;
                steps.Add(path[(i + 2)..Math.Max(i + 2, end)].Replace("\\\"", "\"", StringComparison.Ordinal));
                i = end + 2;
            }
            else if (path[i] == '[')
            {
                var end = path.IndexOf(']', i) is >= 0 and var found ? found : path.Length;
                steps.Add(path[(i + 1)..end]);
                i = end + 1;
            }
            else
            {
                break;
            }
        }

        return steps;
    }

    private sealed record Entry(string Manager, string Subresource, string Time, JsonObject Fields);
}
