using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Clusters;

/// <summary>Which changes of clusters' readiness somebody wants to hear of.</summary>
/// <param name="Cluster">null: of all.</param>
/// <param name="Labels">All of them must be the cluster's.</param>
/// <param name="To">"True", "False", "Unknown", "NotTrue" or "Any".</param>
public sealed record ClusterHealthFilter(string? Cluster, IReadOnlyDictionary<string, string> Labels, string To)
{
    public const string Any = "Any";
    public const string NotTrue = "NotTrue";

    public static IReadOnlyList<string> States { get; } = [Any, "True", "False", "Unknown", NotTrue];

    /// <param name="selector">Such as "tier=prod,region=eu"; null or empty: any labels.</param>
    /// <exception cref="FormatException">The selector or the state is none.</exception>
    public static ClusterHealthFilter Parse(string? cluster, string? selector, string? to)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var term in (selector ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = term.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException($"The selector '{selector}' is none: it must be labels such as tier=prod,region=eu.");
            }

            labels[term[..equals].TrimEnd()] = term[(equals + 1)..].TrimStart('=', ' ');
        }

        var state = string.IsNullOrEmpty(to) ? Any : to;
        return States.Contains(state)
            ? new ClusterHealthFilter(string.IsNullOrEmpty(cluster) ? null : cluster, labels, state)
            : throw new FormatException($"The state '{to}' is none: it must be one of {string.Join(", ", States)}.");
    }

    public bool Matches(string cluster, IReadOnlyDictionary<string, string> labels, string to) =>
        (Cluster is null || Cluster == cluster)
        && (To == Any || To == to || (To == NotTrue && to != "True"))
        && Labels.All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value);

    /// <summary>The same filter is always the same text.</summary>
    public string ToKey() => new JsonObject { ["cluster"] = Cluster, ["selector"] = string.Join(',', Labels.Select(l => $"{l.Key}={l.Value}")), ["to"] = To }.ToJsonString();

    /// <summary>null: the text is no filter.</summary>
    public static ClusterHealthFilter? OfKey(string key)
    {
        try
        {
            return JsonNode.Parse(key) is JsonObject filter ? Parse(filter["cluster"]?.ToString(), filter["selector"]?.ToString(), filter["to"]?.ToString()) : null;
        }
        catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

/// <summary>The stimuli of changes of clusters' readiness. Payload: cluster, labels, from, to, reason, message, at, transition.</summary>
public static class ClusterHealthStimulus
{
    /// <summary>What workflows start by; the key is a filter.</summary>
    public const string Starts = "Kairship.ClusterHealthChanged";

    private const string Waits = "Kairship.ClusterHealthChanged.Wait";

    /// <summary>What somebody waits for: one cluster, or any. The rest of the filter is looked at when it comes.</summary>
    /// <param name="cluster">null: any.</param>
    public static StimulusKey WaitFor(string? cluster) => new(Waits, cluster ?? "*");

    public static StimulusKey StartBy(ClusterHealthFilter filter) => new(Starts, filter.ToKey());
}
