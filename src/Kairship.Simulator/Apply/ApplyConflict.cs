using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Apply;

/// <summary>The 409 of an apply that would change what others own.</summary>
internal static class ApplyConflict
{
    public static ApiException Error(IReadOnlyList<(FieldManager Manager, FieldSet Fields)> conflicts)
    {
        var all = conflicts.SelectMany(c => c.Fields.Paths().Select(path => (Manager: c.Manager.ToString(), Path: path)))
            .OrderBy(c => c.Manager, StringComparer.Ordinal)
            .ToList();
        var causes = all.Select(c => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {c.Manager}",
            ["field"] = c.Path,
        });
        return new ApiException(409, "Conflict", Message(all), new JsonObject { ["causes"] = new JsonArray([.. causes]) });
    }

    static string Message(List<(string Manager, string Path)> conflicts)
    {
        if (conflicts.Count == 1)
            return $"Apply failed with 1 conflict: conflict with {conflicts[0].Manager}: {conflicts[0].Path}";
        var lines = conflicts.GroupBy(c => c.Manager).SelectMany(g => g.Select(c => $"- {c.Path}").Prepend($"conflicts with {g.Key}:"));
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
    }
}
