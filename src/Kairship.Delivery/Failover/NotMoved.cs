using System.Text.Json.Nodes;

namespace Kairship.Delivery.Failover;

/// <summary>An application that was not moved although its cluster was lost.</summary>
/// <param name="Why">As a sentence.</param>
public sealed record NotMoved(string Application, FailoverVerdict Verdict, string Why)
{
    /// <summary>How long it was down, healthy again when its cluster was back; null: nobody waits for it.</summary>
    public RtoReport? Down { get; init; }

    /// <summary>It bears the loss, or is elsewhere with all that it should have.</summary>
    public bool IsFine => Verdict is FailoverVerdict.Tolerate or FailoverVerdict.Nothing;

    /// <summary>Its cluster is.</summary>
    public bool IsBack => Down?.Times.Healthy is not null;

    public string Sentence => Down is { Outcome: not RtoOutcome.Open } down ? $"{Why} {down.Sentence}" : Why;

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["application"] = Application, ["verdict"] = Verdict.ToString(), ["sentence"] = Sentence, ["why"] = Why };
        if (Down is not null)
        {
            json["down"] = Down.ToJson();
        }

        return json;
    }

    /// <summary>What <see cref="ToJson"/> wrote.</summary>
    /// <param name="lastAnswer">When the cluster fell silent, where that is known better; null: as it was written.</param>
    /// <param name="now">Until when what is not over is counted.</param>
    public static NotMoved Of(JsonObject json, DateTimeOffset? lastAnswer, DateTimeOffset now) =>
        new(json["application"]!.GetValue<string>(), Enum.Parse<FailoverVerdict>(json["verdict"]!.GetValue<string>()), (json["why"] ?? json["sentence"])!.GetValue<string>())
        {
            Down = json["down"] is JsonObject down ? RtoReport.Of(down, lastAnswer, now) : null,
        };
}
