using System.Text.Json.Nodes;

namespace Kairship.Fleet.Metrics.Pods;

/// <summary>Which pods are a workload's, as a label selector of a request.</summary>
internal static class WorkloadSelector
{
    /// <summary>Null: the workload has none, and so no pods.</summary>
    public static string? Of(JsonObject workload)
    {
        if (workload["spec"]?["selector"] is not JsonObject selector)
        {
            return null;
        }

        // A ReplicationController's selector is labels alone.
        var labels = workload["kind"]?.ToString() == "ReplicationController" ? selector : selector["matchLabels"] as JsonObject ?? [];
        var terms = labels.Select(l => $"{l.Key}={l.Value}").Concat((selector["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>().Select(Term)).ToList();
        return terms.Count == 0 ? null : string.Join(',', terms);
    }

    private static string Term(JsonObject expression)
    {
        var (key, values) = (expression["key"]?.ToString(), string.Join(',', (expression["values"] as JsonArray ?? []).Select(v => v?.ToString())));
        return expression["operator"]?.ToString() switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "DoesNotExist" => $"!{key}",
            _ => $"{key}",
        };
    }
}
