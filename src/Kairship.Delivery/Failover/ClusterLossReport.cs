using System.Text.Json.Nodes;

namespace Kairship.Delivery.Failover;

/// <summary>How the loss of a cluster was overcome, for all its applications together.</summary>
/// <param name="Applications">By name.</param>
/// <param name="NotMoved">Those that stayed, by name.</param>
public sealed record ClusterLossReport(string Cluster, long Loss, IReadOnlyList<RtoReport> Applications, IReadOnlyList<NotMoved> NotMoved)
{
    public int Healthy => Applications.Count(a => a.Times.Healthy is not null);

    /// <summary>Those that were to be healthy elsewhere.</summary>
    public int Total => Applications.Select(a => a.Times.Application).Union(NotMoved.Where(n => !n.IsFine).Select(n => n.Application)).Count();

    /// <summary>Those who missed what they promise, whether they were moved or not.</summary>
    public IEnumerable<RtoReport> Missed => Applications.Concat(NotMoved.Select(n => n.Down).OfType<RtoReport>()).Where(a => a.Outcome == RtoOutcome.Missed);

    /// <summary>The longest that one was on its way; null: none is healthy elsewhere yet.</summary>
    public TimeSpan? Longest => Applications.Where(a => a.Times.Healthy is not null).Max(a => a.Total);

    /// <summary>From the first detection until the last object was written; null: something is not applied yet, or nothing was to be.</summary>
    public TimeSpan? DetectedToApplied => Applications.Count > 0 && Applications.All(a => a.Times.Applied is not null)
        ? Applications.Max(a => a.Times.Applied!.Value) - Applications.Min(a => a.Times.Detected) : null;

    /// <summary>All are healthy, elsewhere or with their cluster, and nobody was late or stayed behind without having somewhere else to be.</summary>
    public bool IsMet => Healthy == Applications.Count && !Missed.Any() && NotMoved.All(n => n.IsFine || n.IsBack);

    public string Sentence => $"{Cluster} was lost: {Healthy} of {Total} {(Total == 1 ? "application is" : "applications are")} healthy elsewhere"
        + (Longest is { } longest ? $", the slowest after {RtoReport.Show(longest)}" : "")
        + (Missed.Any() ? $"; {Missed.Count()} missed their objective" : "")
        + (NotMoved.Count > 0 ? $"; {NotMoved.Count} {(NotMoved.Count == 1 ? "was" : "were")} not moved" : "") + ".";

    public static ClusterLossReport Of(string cluster, long loss, IEnumerable<RtoReport> applications, IEnumerable<NotMoved> notMoved) => new(
        cluster, loss, applications.OrderBy(a => a.Times.Application, StringComparer.Ordinal).ToList(), notMoved.OrderBy(n => n.Application, StringComparer.Ordinal).ToList());

    public JsonObject ToJson() => new()
    {
        ["cluster"] = Cluster,
        ["loss"] = Loss,
        ["isMet"] = IsMet,
        ["healthy"] = Healthy,
        ["total"] = Total,
        ["missed"] = Missed.Count(),
        ["longestSeconds"] = Longest?.TotalSeconds,
        ["detectedToAppliedSeconds"] = DetectedToApplied?.TotalSeconds,
        ["sentence"] = Sentence,
        ["applications"] = new JsonArray(Applications.Select(a => (JsonNode)a.ToJson()).ToArray()),
        ["notMoved"] = new JsonArray(NotMoved.Select(n => (JsonNode)n.ToJson()).ToArray()),
    };
}
