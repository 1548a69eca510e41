using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
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

    /// <summary>The wave without the clusters that the application leaves: nothing is tried there. Nor is it where what must not run twice would be new: it runs elsewhere still.</summary>
    public WaveInput Tried(ReleaseWork work)
    {
        var isNew = Exclusion.IsStateful(work) ? Clusters.Where(c => work.Stable?.PlanOf(c) is not { Role: PlannedRole.Target }) : [];
        var names = Clusters.Except(work.Target.Plan.Clusters.Where(c => c.Role != PlannedRole.Target).Select(c => c.Cluster).Concat(isNew), StringComparer.Ordinal).ToList();
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
