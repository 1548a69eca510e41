using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Api.Reports;

namespace Kairship.Server.Reports;

/// <summary>What became of a lost cluster or of a drill. It may be filed while it goes on, and is filed again as it does.</summary>
/// <param name="Id">Such as "loss-east-7": small letters, digits, dots and dashes, 150 at most.</param>
/// <param name="Kind">One of <see cref="ReportKinds"/>.</param>
/// <param name="IsMet">null while that is open, and when it will never be known.</param>
/// <param name="Document">Its "sentence" is the whole in a line. A loss is as <see cref="Delivery.Failover.ClusterLossReport.ToJson"/> writes it; a drill has one as "loss".</param>
internal sealed partial record Report(string Id, string Kind, string Title, DateTimeOffset Begun, DateTimeOffset Updated, bool IsOver, bool? IsMet, JsonObject Document)
{
    /// <summary>The workflow instance that files it as long as it is open: when that ends before, whatever way, the report is closed (<see cref="OpenReports"/>).</summary>
    public string? Instance { get; init; }

    private const int MostTitle = 200;
    private const int MostSentence = 1000;

    public string? Sentence => Document["sentence"] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? Cut(value.GetValue<string>(), MostSentence) : null;

    public ReportInfo ToInfo() => new(Id, Kind, Cut(Title, MostTitle), Begun, Updated, IsOver, IsMet, Sentence);

    public static bool IsId(string id) => IdPattern().IsMatch(id);

    private static string Cut(string text, int most) => text.Length <= most ? text : $"{text[..most]}…";

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,149})\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}

/// <summary>What reports there are.</summary>
internal static class ReportKinds
{
    public const string Loss = "loss";
    public const string Drill = "drill";

    public static IReadOnlyList<string> All { get; } = [Loss, Drill];
}
