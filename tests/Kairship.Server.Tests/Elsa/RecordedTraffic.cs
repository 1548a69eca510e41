using System.Text.Json.Nodes;
using Kairship.Testing;

namespace Kairship.Server.Tests.Elsa;

/// <summary>A request that Elsa Studio made, and what an Elsa server answered.</summary>
/// <param name="Name">The file's name without ".json".</param>
internal sealed record RecordedExchange(string Name, string Method, string Path, string Query, JsonNode? Request, int Status, string? ContentType, JsonNode? Response)
{
    /// <summary>Frames of the hub's long polling, which have no JSON: all but negotiating.</summary>
    public bool IsHubFrame => Path.EndsWith("/hubs/workflow-instance", StringComparison.Ordinal);
}

/// <summary>The recorded exchanges of ../shared/elsa/traffic, by name.</summary>
internal static class RecordedTraffic
{
    private const string SameAsFirst = "(same as first)";

    public static IReadOnlyDictionary<string, RecordedExchange> All { get; } = Load();

    private static Dictionary<string, RecordedExchange> Load()
    {
        var all = Directory.EnumerateFiles(SharedFiles.Path("elsa", "traffic"), "*.json").Order(StringComparer.Ordinal).Select(Read).ToDictionary(e => e.Name, StringComparer.Ordinal);
        foreach (var exchange in all.Values.Where(e => e.Response is JsonValue v && v.TryGetValue<string>(out var text) && text == SameAsFirst).ToList())
        {
            all[exchange.Name] = exchange with { Response = all.Values.First(e => e.Path == exchange.Path && e.Method == exchange.Method).Response };
        }

        return all;
    }

    private static RecordedExchange Read(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        return new RecordedExchange(
            Path.GetFileNameWithoutExtension(file), Text(json, "method")!, Text(json, "path")!, Text(json, "query") ?? "", Body(json["request"]),
            json["status"]!.GetValue<int>(), Text(json, "ct"), Body(json["response"]));
    }

    private static string? Text(JsonObject json, string name) => json[name]?.GetValue<string>();

    private static JsonNode? Body(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0 ? null : node;
}
