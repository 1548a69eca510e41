using System.Text.Json;
using Kairship.Api.Reports;

namespace Kairship.Server.Reports.Pages;

/// <summary>One application of a report, as the page draws it. What a document lacks or has in another form is left out: it may be of another version.</summary>
internal sealed record RtoRow(
    string Application, string From, DateTimeOffset Start, DateTimeOffset Detected, DateTimeOffset? Decided, DateTimeOffset? Applied, DateTimeOffset? Healthy, double? ObjectiveSeconds,
    double? TotalSeconds, string Outcome, string Sentence)
{
    /// <param name="until">Until when what is not healthy again is counted.</param>
    public static IReadOnlyList<RtoRow> Of(ReportDetail report, DateTimeOffset until) =>
        [.. Items(LossOf(report.Document), "applications").Select(Of).OfType<RtoRow>().Select(r => r.Healthy is null && until > r.Start ? r with { TotalSeconds = (until - r.Start).TotalSeconds } : r)];

    /// <summary>Who was not moved, and why.</summary>
    public static IReadOnlyList<(string Application, string Verdict, string Sentence)> NotMoved(ReportDetail report) =>
        [.. Items(LossOf(report.Document), "notMoved").Select(n => (Text(n, "application") ?? "?", Text(n, "verdict") ?? "?", Text(n, "sentence") ?? ""))];

    /// <summary>A list of sentences.</summary>
    public static IReadOnlyList<string> Sentences(ReportDetail report, string name) =>
        [.. Items(report.Document, name).Select(i => i.ValueKind == JsonValueKind.String ? i.GetString() : Text(i, "sentence")).OfType<string>()];

    private static RtoRow? Of(JsonElement row)
    {
        if (Text(row, "application") is not { } name || Time(row, "detected") is not { } detected)
        {
            return null;
        }

        var from = string.Join(", ", Items(row, "from").Where(f => f.ValueKind == JsonValueKind.String).Select(f => f.GetString()));
        return new RtoRow(
            name, from, Time(row, "lastAnswer") is { } last && last < detected ? last : detected, detected, Time(row, "decided"), Time(row, "applied"), Time(row, "healthy"),
            Number(row, "objectiveSeconds"), Number(row, "totalSeconds"), Text(row, "outcome") ?? "?", Text(row, "sentence") ?? "");
    }

    private static JsonElement LossOf(JsonElement document) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty("loss", out var loss) && loss.ValueKind == JsonValueKind.Object ? loss : document;

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static string? Text(JsonElement parent, string name) => Find(parent, name, JsonValueKind.String)?.GetString();

    private static double? Number(JsonElement parent, string name) => Find(parent, name, JsonValueKind.Number)?.GetDouble();

    private static DateTimeOffset? Time(JsonElement parent, string name) => Find(parent, name, JsonValueKind.String) is { } value && value.TryGetDateTimeOffset(out var at) ? at : null;

    private static JsonElement? Find(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;
}
