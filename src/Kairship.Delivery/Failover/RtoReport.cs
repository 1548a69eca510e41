using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Failover;

/// <summary>When what happened in the failover of one application.</summary>
/// <param name="LastAnswer">When the lost cluster last answered well; null: unknown, and times count from the detection.</param>
/// <param name="Detected">When it counted as lost.</param>
/// <param name="Decided">When the failover was planned (and agreed to, where people were asked).</param>
/// <param name="Applied">When the last object was written in the new clusters.</param>
/// <param name="Healthy">When all was healthy there.</param>
public sealed record FailoverTimes(
    string Application, IReadOnlyList<string> From, DateTimeOffset? LastAnswer, DateTimeOffset Detected, DateTimeOffset? Decided = null, DateTimeOffset? Applied = null,
    DateTimeOffset? Healthy = null);

public enum RtoOutcome
{
    /// <summary>Healthy again, and nothing was promised.</summary>
    Recovered,
    Met,

    /// <summary>Healthy too late, or not healthy and already too late.</summary>
    Missed,

    /// <summary>Not healthy yet, and not too late yet.</summary>
    Open,
}

/// <summary>How long the failover of one application took, against its objective. No duration is negative: clocks of clusters and of Kairship may differ.</summary>
public sealed record RtoReport(FailoverTimes Times, TimeSpan? Objective, RtoOutcome Outcome, TimeSpan? Total)
{
    public TimeSpan? Detecting => Times.LastAnswer is { } last ? Between(last, Times.Detected) : null;

    public TimeSpan? Deciding => Between(Times.Detected, Times.Decided);

    public TimeSpan? Applying => Between(Times.Decided, Times.Applied);

    public TimeSpan? Healing => Between(Times.Applied, Times.Healthy);

    public string Sentence
    {
        get
        {
            var name = Times.Application;
            var limit = Objective is { } objective ? GoDuration.Format(objective) : "";
            var steps = string.Join(", ", new[] { ("detected", Detecting), ("decided", Deciding), ("applied", Applying), ("healthy", Healing) }
                .Where(s => s.Item2 is not null).Select(s => $"{s.Item1} after {Show(s.Item2)}"));
            var path = steps.Length == 0 ? "" : $" ({steps})";
            return Outcome switch
            {
                RtoOutcome.Recovered => $"{name} was healthy again after {Show(Total)}{path}.",
                RtoOutcome.Met => $"{name} was healthy again after {Show(Total)}, within its objective of {limit}{path}.",
                RtoOutcome.Missed when Times.Healthy is not null => $"{name} was healthy again after {Show(Total)}, too late for its objective of {limit}{path}.",
                RtoOutcome.Missed => $"{name} is not healthy again after {Show(Total)}, too late for its objective of {limit}{path}.",
                _ => $"{name} is not healthy again after {Show(Total)}{path}.",
            };
        }
    }

    /// <param name="now">Until when an unfinished one is counted.</param>
    public static RtoReport Of(FailoverTimes times, TimeSpan? objective, DateTimeOffset now)
    {
        var total = Between(times.LastAnswer ?? times.Detected, times.Healthy ?? now) ?? TimeSpan.Zero;
        var isLate = objective is { } limit && total > limit;
        var outcome = isLate ? RtoOutcome.Missed : times.Healthy is null ? RtoOutcome.Open : objective is null ? RtoOutcome.Recovered : RtoOutcome.Met;
        return new RtoReport(times, objective, outcome, total);
    }

    /// <summary>What <see cref="ToJson"/> wrote.</summary>
    /// <param name="lastAnswer">When the cluster fell silent, where that is known better; null: as it was written.</param>
    /// <param name="now">Until when an unfinished one is counted.</param>
    public static RtoReport Of(JsonObject json, DateTimeOffset? lastAnswer, DateTimeOffset now)
    {
        DateTimeOffset? Time(string name) => json[name]?.GetValue<DateTimeOffset>();
        var from = (json["from"] as JsonArray ?? []).Select(f => f!.GetValue<string>()).ToList();
        var times = new FailoverTimes(json["application"]!.GetValue<string>(), from, lastAnswer ?? Time("lastAnswer"), Time("detected")!.Value, Time("decided"), Time("applied"), Time("healthy"));
        return Of(times, json["objectiveSeconds"] is { } seconds ? TimeSpan.FromSeconds(seconds.GetValue<double>()) : null, now);
    }

    public JsonObject ToJson() => new()
    {
        ["application"] = Times.Application,
        ["from"] = new JsonArray(Times.From.Select(f => (JsonNode)f).ToArray()),
        ["lastAnswer"] = Times.LastAnswer,
        ["detected"] = Times.Detected,
        ["decided"] = Times.Decided,
        ["applied"] = Times.Applied,
        ["healthy"] = Times.Healthy,
        ["objectiveSeconds"] = Objective?.TotalSeconds,
        ["totalSeconds"] = Total?.TotalSeconds,
        ["detectingSeconds"] = Detecting?.TotalSeconds,
        ["decidingSeconds"] = Deciding?.TotalSeconds,
        ["applyingSeconds"] = Applying?.TotalSeconds,
        ["healingSeconds"] = Healing?.TotalSeconds,
        ["outcome"] = Outcome.ToString(),
        ["sentence"] = Sentence,
    };

    internal static string Show(TimeSpan? time) => GoDuration.Format(TimeSpan.FromMilliseconds(Math.Round((time ?? TimeSpan.Zero).TotalMilliseconds)));

    private static TimeSpan? Between(DateTimeOffset from, DateTimeOffset? to) => to is { } end ? end > from ? end - from : TimeSpan.Zero : null;

    private static TimeSpan? Between(DateTimeOffset? from, DateTimeOffset? to) => from is { } start ? Between(start, to) : null;
}
