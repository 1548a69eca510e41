using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;

namespace Kairship.Activities.Scaling;

/// <summary>A change of replicas as it goes from the activity that decides to the one that carries it out.</summary>
public sealed record ScalingWish(string Reason, ScalingCause Cause)
{
    /// <summary>"Deployment/web" to replicas over all clusters; empty where only bounds or the division change.</summary>
    public IReadOnlyDictionary<string, int> Totals { get; init; } = new Dictionary<string, int>();

    public bool Fresh { get; init; }

    /// <summary>Why people are asked first; null: they are not.</summary>
    public string? Asks { get; init; }

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static ScalingWish Of(ScalingAdvice advice) =>
        new(advice.Reason, advice.Cause ?? ScalingCause.Metric) { Totals = advice.Totals, Fresh = advice.Fresh, Asks = advice.Asks };

    /// <summary>Null: it is none.</summary>
    public static ScalingWish? Read(JsonNode? json)
    {
        try
        {
            return json is JsonObject ? json.Deserialize<ScalingWish>(Format) is { Reason: not null, Totals: not null } wish ? wish : null : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Format)!.AsObject();

    public PlacementChange ToChange() => new(ReleaseKind.Scale, Reason) { Totals = Totals, Fresh = Fresh, Asks = Asks };
}
