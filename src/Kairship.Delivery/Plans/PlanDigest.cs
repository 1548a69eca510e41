using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Plans;

/// <summary>The one name of a plan that an approval is bound to.</summary>
public static class PlanDigest
{
    /// <summary>
    /// Lower-case hex SHA-256 over application, revisions, rollout (workflow, steps, approval, deadline), waves, and for every cluster its wave, replicas,
    /// role, manifests, actions, field changes and problems. The order of clusters and objects in the lists does not count, that of waves, of clusters
    /// inside a wave and of steps does. What a creation holds counts by the manifests, whether or not the plan lists it. A cluster's labels do not count: what they decide is in the rest.
    /// </summary>
    public static string Compute(
        Application application, string revision, string? fromRevision, IReadOnlyList<PlannedWave> waves, IReadOnlyList<ClusterPlan> clusters)
    {
        var plan = new JsonObject
        {
            ["application"] = application.Name,
            ["namespace"] = application.Namespace,
            ["revision"] = revision,
            ["from"] = fromRevision,
            ["rollout"] = JsonSerializer.SerializeToNode(application.Rollout),
            ["waves"] = JsonSerializer.SerializeToNode(waves),
            ["clusters"] = List(clusters.OrderBy(c => c.Cluster, StringComparer.Ordinal), Cluster),
        };
        if (application.Apply != new ApplyPolicy())
        {
            plan["apply"] = JsonSerializer.SerializeToNode(application.Apply);
        }

        return ManifestParser.Digest(plan);
    }

    private static JsonObject Cluster(ClusterPlan plan)
    {
        var cluster = Content(plan);
        if (plan.Role != PlannedRole.Target)
        {
            // Only where it says something, so that plans from before there were roles keep their digest.
            cluster["role"] = plan.Role.ToString();
        }

        return cluster;
    }

    private static JsonObject Content(ClusterPlan plan) => new()
    {
        ["cluster"] = plan.Cluster,
        ["wave"] = plan.Wave,
        ["replicas"] = JsonSerializer.SerializeToNode(plan.Replicas),
        ["manifests"] = plan.ManifestDigest,
        ["objects"] = List(plan.Objects.OrderBy(o => o.Ref.Identity, StringComparer.Ordinal), Object),
        ["problems"] = List(plan.Problems.Select(p => $"{p.Ref?.Identity}\n{p.Message}").Order(StringComparer.Ordinal), text => JsonValue.Create(text)),
    };

    private static JsonObject Object(PlannedObject planned) => new()
    {
        ["ref"] = planned.Ref.Identity,
        ["apiVersion"] = planned.Ref.ApiVersion,
        ["action"] = planned.Action.ToString(),
        ["changes"] = List(
            (planned.Action == PlannedAction.Create ? [] : planned.Changes).OrderBy(c => c.Path, StringComparer.Ordinal),
            change => new JsonArray(change.Path, change.Before, change.After)),
    };

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> toJson) => new(items.Select(toJson).ToArray());
}
