using System.Text.Json.Nodes;

namespace Kairship.Benchmarks;

internal static class Row
{
    public static void Print(string bench, string row, double value, string unit, params ReadOnlySpan<(string Name, object Value)> details)
    {
        var line = new JsonObject { ["bench"] = bench, ["row"] = row, ["value"] = Math.Round(value, 3), ["unit"] = unit };
        foreach (var (name, detail) in details)
        {
            line[name] = JsonValue.Create(detail);
        }

        Console.Out.WriteLine(line.ToJsonString());
    }
}
