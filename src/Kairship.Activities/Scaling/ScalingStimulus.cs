using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Activities.Clusters;
using Kairship.Delivery.Scaling;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Scaling;

/// <summary>Which scalings somebody wants to hear of.</summary>
/// <param name="Application">null: of all.</param>
/// <param name="Cause">"Metric", "Schedule", "Capacity" or "Any".</param>
public sealed record ScalingFilter(string? Application, string Cause)
{
    public const string Any = "Any";

    public static IReadOnlyList<string> Causes { get; } = [Any, nameof(ScalingCause.Metric), nameof(ScalingCause.Schedule), nameof(ScalingCause.Capacity)];

    /// <exception cref="FormatException">The cause is none.</exception>
    public static ScalingFilter Parse(string? application, string? cause)
    {
        var named = string.IsNullOrEmpty(cause) ? Any : cause;
        return Causes.Contains(named)
            ? new ScalingFilter(string.IsNullOrEmpty(application) ? null : application, named)
            : throw new FormatException($"The cause '{cause}' is none: it must be one of {string.Join(", ", Causes)}.");
    }

    public bool Matches(string application, ScalingCause cause) => (Application is null || Application == application) && (Cause == Any || Cause == cause.ToString());

    /// <summary>The same filter is always the same text.</summary>
    public string ToKey() => new JsonObject { ["application"] = Application, ["cause"] = Cause }.ToJsonString();

    /// <summary>null: the text is no filter.</summary>
    public static ScalingFilter? OfKey(string key)
    {
        try
        {
            return JsonNode.Parse(key) is JsonObject filter ? Parse(filter["application"]?.ToString(), filter["cause"]?.ToString()) : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>The stimuli of scaling.</summary>
public static class ScalingStimulus
{
    /// <summary>An application should have other replicas. The key is a filter; payload: application, cause, current, total, reason.</summary>
    public const string Due = "Kairship.ScalingDue";

    /// <summary>A cluster became short of room. The key is a <see cref="ClusterHealthFilter"/>; payload: cluster, labels, reason, since.</summary>
    public const string Short = "Kairship.CapacityShort";

    public static StimulusKey DueBy(ScalingFilter filter) => new(Due, filter.ToKey());

    public static StimulusKey ShortBy(ClusterHealthFilter filter) => new(Short, filter.ToKey());
}
