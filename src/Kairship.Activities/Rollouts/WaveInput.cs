using System.Text.Json.Nodes;
using Kairship.Delivery.Plans;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>The wave that an activity works on, as the workflow hands it over.</summary>
internal sealed record WaveInput(string Name, IReadOnlyList<string> Clusters, int MaxConcurrency)
{
    /// <exception cref="ActivityInputException">It is not a wave.</exception>
    public static WaveInput Of(EffectContext context)
    {
        var node = context.Inputs["Wave"];
        if (node is JsonValue text && text.TryGetValue<string>(out var json))
        {
            node = TryParse(json);
        }

        if (node is not JsonObject wave || wave["clusters"] is not JsonArray clusters)
        {
            throw new ActivityInputException(context.ActivityId, "Wave", "is not a wave: an object with name, clusters and maxConcurrency, as Plan Release puts into its output Waves");
        }

        var names = clusters.Select(c => c?.ToString() ?? "").ToList();
        var limit = wave["maxConcurrency"] is { } value && int.TryParse(value.ToString(), out var number) ? number : names.Count;
        return new WaveInput(wave["name"]?.ToString() ?? "", names, Math.Clamp(limit, 1, Math.Max(1, names.Count)));
    }

    /// <summary>The wave without the clusters that the application leaves: nothing is tried there.</summary>
    public WaveInput Targets(Plan plan)
    {
        var names = Clusters.Except(plan.Clusters.Where(c => c.Role != PlannedRole.Target).Select(c => c.Cluster), StringComparer.Ordinal).ToList();
        return names.Count == Clusters.Count ? this : new WaveInput(Name, names, Math.Clamp(MaxConcurrency, 1, Math.Max(1, names.Count)));
    }

    private static JsonNode? TryParse(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
