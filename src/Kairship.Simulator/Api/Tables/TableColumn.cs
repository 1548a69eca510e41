using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Tables;

/// <summary>One column of a table.</summary>
/// <param name="Wide">Shown only by <c>-o wide</c>.</param>
internal sealed record TableColumn(string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Cell, bool Wide = false, string Type = "string")
{
    /// <summary>A column of the text at a path, with a text for "nothing there".</summary>
    public static TableColumn Text(string name, string otherwise, params string[] path) =>
        new(name, (obj, _) => Plain(JsonTree.At(obj, path)) is { Length: > 0 } text ? text : otherwise);

    public static TableColumn Number(string name, params string[] path) =>
        new(name, (obj, _) => JsonTree.Number(JsonTree.At(obj, path)) ?? 0, Type: "integer");

    /// <summary>How long ago the time at a path was.</summary>
    public static TableColumn Since(string name, string otherwise, params string[] path) =>
        new(name, (obj, now) => Ago(JsonTree.Text(JsonTree.At(obj, path)), now) ?? otherwise);

    public static string Plain(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(),
    };

    /// <summary>As kubectl writes durations: 12s, 5m3s, 47m, 3h12m, 2d4h, 12d.</summary>
    public static string? Ago(string? time, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then))
            return null;
        var age = now - then;
        if (age < TimeSpan.Zero)
            age = TimeSpan.Zero;
        return age switch
        {
            { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
            { TotalMinutes: < 10 } => age.Seconds == 0 ? $"{(int)age.TotalMinutes}m" : $"{(int)age.TotalMinutes}m{age.Seconds}s",
            { TotalHours: < 3 } => $"{(int)age.TotalMinutes}m",
            { TotalHours: < 8 } => age.Minutes == 0 ? $"{(int)age.TotalHours}h" : $"{(int)age.TotalHours}h{age.Minutes}m",
            { TotalHours: < 48 } => $"{(int)age.TotalHours}h",
            { TotalDays: < 8 } => age.Hours == 0 ? $"{(int)age.TotalDays}d" : $"{(int)age.TotalDays}d{age.Hours}h",
            _ => $"{(int)age.TotalDays}d",
        };
    }
}
