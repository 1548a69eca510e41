using System.Text.Json.Nodes;

namespace Kairship.Delivery.Failover;

/// <summary>An application that was not moved although its cluster was lost.</summary>
/// <param name="Sentence">Why not.</param>
public sealed record NotMoved(string Application, FailoverVerdict Verdict, string Sentence);

/// <summary>How the loss of a cluster was overcome, for all its applications together.</summary>
/// <param name="Applications">By name.</param>
/// <param name="NotMoved">Those that stayed, by name.</param>
public sealed record ClusterLossReport(string Cluster, long Loss, IReadOnlyList<RtoReport> Applications, IReadOnlyList<NotMoved> NotMoved)
{
    public int Healthy => Applications.Count(a => a.Times.Healthy is not null);

    /// <summary>Those who missed what they promise.</summary>
    public IEnumerable<RtoReport> Missed => Applications.Where(a => a.Outcome == RtoOutcome.Missed);

    /// <summary>The longest so far; null: there was none.</summary>
    public TimeSpan? Longest => Applications.Max(a => a.Total);

    /// <summary>From the first detection until the last object was written; null: something is not applied yet, or nothing was to be.</summary>
    public TimeSpan? DetectedToApplied => Applications.Count > 0 && Applications.All(a => a.Times.Applied is not null)
        ? Applications.Max(a => a.Times.Applied!.Value) - Applications.Min(a => a.Times.Detected) : null;

    /// <summary>All are healthy, and nobody was late or stayed behind without having somewhere else to be.</summary>
    public bool IsMet => Healthy == Applications.Count && !Missed.Any() && NotMoved.All(n => n.Verdict is FailoverVerdict.Tolerate or FailoverVerdict.Nothing);

    public string Sentence => $"{Cluster} was lost: {Healthy} of {Applications.Count} applications are healthy elsewhere"
        + (Longest is { } longest ? $", the slowest after {RtoReport.Show(longest)}" : "")
        + (Missed.Any() ? $"; {Missed.Count()} missed their objective" : "")
        + (NotMoved.Count > 0 ? $"; {NotMoved.Count} were not moved" : "") + ".";

    public static ClusterLossReport Of(string cluster, long loss, IEnumerable<RtoReport> applications, IEnumerable<NotMoved> notMoved) => new(
        cluster, loss, applications.OrderBy(a => a.Times.Application, StringComparer.Ordinal).ToList(), notMoved.OrderBy(n => n.Application, StringComparer.Ordinal).ToList());

    public JsonObject ToJson() => new()
    {
        ["cluster"] = Cluster,
        ["loss"] = Loss,
        ["isMet"] = IsMet,
        ["healthy"] = Healthy,
        ["total"] = Applications.Count,
        ["missed"] = Missed.Count(),
        ["longestSeconds"] = Longest?.TotalSeconds,
        ["detectedToAppliedSeconds"] = DetectedToApplied?.TotalSeconds,
        ["sentence"] = Sentence,
        ["applications"] = new JsonArray(Applications.Select(a => (JsonNode)a.ToJson()).ToArray()),
        ["notMoved"] = new JsonArray(NotMoved
            .Select(n => (JsonNode)new JsonObject { ["application"] = n.Application, ["verdict"] = n.Verdict.ToString(), ["sentence"] = n.Sentence }).ToArray()),
    };
}
