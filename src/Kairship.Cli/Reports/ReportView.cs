using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Kairship.Api.Reports;
using Kairship.Cli.Output;
using static Kairship.Cli.Reports.ReportWords;

namespace Kairship.Cli.Reports;

/// <summary>A report as people read it on a terminal.</summary>
internal static class ReportView
{
    private static readonly (string Title, string Property)[] Durations =
        [("Detected", "detectingSeconds"), ("Decided", "decidingSeconds"), ("Applied", "applyingSeconds"), ("Healthy", "healingSeconds"), ("In all", "totalSeconds"), ("Objective", "objectiveSeconds")];

    public static string Met(ReportInfo report) => report switch { { IsMet: true } => "met", { IsMet: false } => "missed", { IsOver: true } => "-", _ => "open" };

    public static int Show(ParseResult result, ReportDetail report)
    {
        var (info, document) = (report.Report, report.Document);
        (string Name, string? Value)[] lines =
            [("Report", info.Id), ("What", info.Title), ("Begun", $"{info.Begun:u}, {Printer.Ago(info.Begun)}"), ("Objective", Met(info)), ("", info.Sentence)];
        foreach (var (name, value) in lines.Where(l => l.Value is { Length: > 0 }))
        {
            Console.Out.WriteLine($"{(name.Length > 0 ? name + ":" : ""),-14}{value}");
        }

        var loss = document.TryGetProperty("loss", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : document;
        var applications = Items(loss, "applications");
        if (applications.Count > 0)
        {
            Console.Out.WriteLine();
            Printer.Print(
                result, report, applications, ["Application", "From", .. Durations.Select(d => d.Title), "Outcome"],
                a => [Text(a, "application"), From(a), .. Durations.Select(d => d.Property == "totalSeconds" && !info.IsOver && Text(a, "healthy") is null ? Since(a) : Seconds(a, d.Property)), Text(a, "outcome")]);
        }

        Tell("Not moved:", Items(loss, "notMoved").Select(n => $"{Text(n, "application")} ({Text(n, "verdict")}): {Text(n, "sentence")}"));
        Tell("Not back:", Items(document, "notBack").Select(Said));
        Tell("Notes:", Items(document, "notes").Select(Said));
        return 0;
    }

    private static void Tell(string title, IEnumerable<string?> lines)
    {
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            Console.Out.WriteLine(index == 0 ? $"{Environment.NewLine}{title}{Environment.NewLine}  {line}" : $"  {line}");
        }
    }

    /// <summary>It is written only when something has changed: what is not healthy yet is down for longer by now.</summary>
    private static string? Since(JsonElement application) => (Text(application, "lastAnswer") ?? Text(application, "detected")) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var since)
        ? $"{Math.Max(0, (TimeProvider.System.GetUtcNow() - since).TotalSeconds):0} s and on" : null;

    private static string From(JsonElement application) => string.Join(", ", Items(application, "from").Select(Said));

    private static string? Said(JsonElement line) => line.ValueKind == JsonValueKind.String ? line.GetString() : Text(line, "sentence") ?? line.GetRawText();

    private static string? Seconds(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? $"{value.GetDouble().ToString("0.0", CultureInfo.InvariantCulture)} s" : null;
}
