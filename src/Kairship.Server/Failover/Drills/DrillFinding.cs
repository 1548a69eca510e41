using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Kairship.Server.Reports;

namespace Kairship.Server.Failover.Drills;

/// <summary>What a drill has found out.</summary>
/// <param name="Injected">When the cluster was made to be lost: times count from here, since a drill knows it.</param>
/// <param name="Loss">As the failover has told it; null: it was never begun.</param>
/// <param name="NotBack">What does not run as it should at the end, as sentences.</param>
/// <param name="Notes">What differs from an emergency, as sentences.</param>
internal sealed record DrillFinding(
    string Cluster, bool IsReal, DateTimeOffset Injected, DateTimeOffset Ended, ClusterLossReport? Loss, IReadOnlyList<string> NotBack, IReadOnlyList<string> Notes)
{
    private const int MostSentences = 1000;

    public bool IsMet => Loss is { IsMet: true } && NotBack.Count == 0;

    public string Sentence =>
        $"Drill {(IsReal ? "on the real clusters" : "on twins")}: {(Loss is null ? $"{Cluster} was lost, and nothing was failed over." : Loss.Sentence)}"
        + (NotBack.Count > 0 ? $" {NotBack.Count} did not come back." : "") + (IsMet ? " All objectives were met." : " The objective was missed.");

    public Report ToReport(string id, HealthOptions health, JsonObject? size)
    {
        var document = new JsonObject
        {
            ["sentence"] = Sentence,
            ["cluster"] = Cluster,
            ["real"] = IsReal,
            ["isMet"] = IsMet,
            ["injected"] = Injected,
            ["ended"] = Ended,
            ["detection"] = DetectionOf(health),
            ["size"] = size,
            ["loss"] = Loss?.ToJson(),
            ["notBack"] = List(NotBack),
            ["notes"] = List([DetectedBy(health), .. Notes]),
        };
        return new Report(id, ReportKinds.Drill, $"Drill: loss of {Cluster}", Injected, Ended, IsOver: true, IsMet, document);
    }

    /// <summary>A report of a drill that goes on, or was not carried out.</summary>
    public static Report Unfinished(string id, string title, string sentence, DateTimeOffset begun, DateTimeOffset now, bool isOver) =>
        new(id, ReportKinds.Drill, title, begun, now, isOver, isOver ? false : null, new JsonObject { ["sentence"] = sentence });

    /// <summary>The failover's own report, with times from when the cluster was made to be lost.</summary>
    /// <param name="now">Until when an unfinished one is counted.</param>
    public static ClusterLossReport LossOf(JsonObject document, DateTimeOffset injected, DateTimeOffset now) => ClusterLossReport.Of(
        document["cluster"]!.GetValue<string>(), document["loss"]!.GetValue<long>(),
        Items(document, "applications").Select(a => RtoReport.Of(a, injected, now)), Items(document, "notMoved").Select(n => NotMoved.Of(n, injected, now)));

    private static IEnumerable<JsonObject> Items(JsonObject document, string name) => (document[name] as JsonArray ?? []).OfType<JsonObject>();

    private static JsonArray List(IEnumerable<string> sentences) => new([.. sentences.Take(MostSentences).Select(s => JsonValue.Create(s))]);

    private static JsonObject DetectionOf(HealthOptions health) => new()
    {
        ["intervalSeconds"] = health.Interval.TotalSeconds,
        ["lookTimeoutSeconds"] = health.LookTimeout.TotalSeconds,
        ["recheckSeconds"] = health.Recheck.TotalSeconds,
        ["failureThresholdSeconds"] = health.FailureThreshold.TotalSeconds,
        ["failureLooks"] = health.FailureLooks,
    };

    private static string DetectedBy(HealthOptions health)
    {
        var settings = string.Create(
            CultureInfo.InvariantCulture,
            $"a look every {health.Interval.TotalSeconds:0.#} s that waits {health.LookTimeout.TotalSeconds:0.#} s, lost after {health.FailureLooks} failed looks in at least {health.FailureThreshold.TotalSeconds:0.#} s");
        return $"The loss was detected by this server's settings: {settings}.";
    }
}
