using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Cli.Connection;
using Spectre.Console;
using YamlDotNet.Serialization;

namespace Kairship.Cli.Output;

internal enum OutputFormat
{
    Table,

    /// <summary>A table with more columns, where there are more.</summary>
    Wide,
    Json,
    Yaml,
}

/// <summary>Prints results as a table for people, or whole as JSON or YAML for programs.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions Indented = new(WireJson.Options) { WriteIndented = true };

    /// <summary>One thing or a list of things.</summary>
    /// <param name="columns">The table's columns; a row is given by <paramref name="row"/> as plain text.</param>
    public static int Print<T>(ParseResult result, object whole, IEnumerable<T> items, string[] columns, Func<T, string?[]> row)
    {
        if (GlobalOptions.FormatOf(result) != OutputFormat.Table)
        {
            return PrintWhole(result, whole);
        }

        var table = new Table { Border = TableBorder.None, ShowRowSeparators = false };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.ToUpperInvariant(), new Style(decoration: Decoration.Bold))) { NoWrap = true, Padding = new Padding(0, 0, 3, 0) });
        }

        var any = false;
        foreach (var item in items)
        {
            any = true;
            table.AddRow(row(item).Select(cell => Cell(cell ?? "-")).ToArray());
        }

        if (any)
        {
            AnsiConsole.Write(table);
        }
        else
        {
            AnsiConsole.MarkupLine("[grey]none[/]");
        }

        return 0;
    }

    public static int PrintWhole(ParseResult result, object whole)
    {
        Console.Out.WriteLine(GlobalOptions.FormatOf(result) == OutputFormat.Yaml ? Yaml(whole) : JsonSerializer.Serialize(whole, whole.GetType(), Indented));
        return 0;
    }

    /// <summary>"3 min ago" for people.</summary>
    public static string Ago(DateTimeOffset at)
    {
        var age = TimeProvider.System.GetUtcNow() - at;
        return age.TotalSeconds < 60 ? $"{Math.Max(0, (int)age.TotalSeconds)} s ago"
            : age.TotalMinutes < 60 ? $"{(int)age.TotalMinutes} min ago"
            : age.TotalHours < 48 ? $"{(int)age.TotalHours} h ago"
            : at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    public static string Labels(IReadOnlyDictionary<string, string> labels) => string.Join(",", labels.OrderBy(l => l.Key).Select(l => $"{l.Key}={l.Value}"));

    /// <summary>Words of state in the colour that people expect.</summary>
    public static Text Cell(string text) => new(text, text switch
    {
        "Succeeded" or "Promoted" or "Healthy" or "True" or "Approved" or "Finished" => new Style(Color.Green),
        "Failed" or "False" or "Faulted" or "Rejected" => new Style(Color.Red),
        "RolledBack" or "RollingBack" or "Aborted" or "Paused" or "Unknown" or "Void" or "Expired" => new Style(Color.Yellow),
        "Progressing" or "Canary" or "Promoting" or "AwaitingApproval" or "Pending" => new Style(Color.Blue),
        _ => Style.Plain,
    });

    private static string Yaml(object whole) =>
        new SerializerBuilder().Build().Serialize(Plain(JsonSerializer.SerializeToNode(whole, whole.GetType(), WireJson.Options)) ?? "").TrimEnd();

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject o => o.ToDictionary(p => p.Key, p => Plain(p.Value)),
        JsonArray a => a.Select(Plain).ToList(),
        JsonValue v when v.TryGetValue<bool>(out var flag) => flag,
        JsonValue v when v.TryGetValue<long>(out var number) => number,
        JsonValue v when v.TryGetValue<double>(out var real) => real,
        null => null,
        _ => node.ToString(),
    };
}
