using System.Text.Json.Nodes;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Applications;

/// <summary>spec.placement in YAML, with Karmada's field names.</summary>
internal static class PlacementFields
{
    public static PlacementPolicy Read(FieldReader placement)
    {
        var affinity = placement.Object("clusterAffinity", SelectorFields.Affinity);
        var alternatives = placement.Objects("clusterAffinities", item => new NamedAffinity(item.Required("affinityName"), SelectorFields.Affinity(item)));
        if (affinity is not null && alternatives is not null)
        {
            placement.Problem("clusterAffinities", "stands beside clusterAffinity; keep one of the two: alternatives, or the only affinity.");
        }

        var tolerations = placement.Objects("clusterTolerations", Toleration) ?? [];
        var spread = placement.Objects("spreadConstraints", Spread) ?? [];
        return (placement.Object("replicaScheduling", Scheduling) ?? new PlacementPolicy()) with
        {
            ClusterAffinity = affinity ?? new ClusterAffinity(),
            ClusterAffinities = alternatives ?? [],
            ClusterTolerations = tolerations,
            SpreadConstraints = spread,
        };
    }

    /// <summary>What is empty is left out.</summary>
    public static JsonObject Write(PlacementPolicy policy)
    {
        var fields = new JsonObject();
        if (policy.ClusterAffinities.Count > 0)
        {
            fields["clusterAffinities"] = Shape.List(policy.ClusterAffinities, Alternative);
        }
        else
        {
            fields["clusterAffinity"] = SelectorFields.Affinity(policy.ClusterAffinity);
        }

        if (policy.ClusterTolerations.Count > 0)
        {
            fields["clusterTolerations"] = Shape.List(policy.ClusterTolerations, Toleration);
        }

        if (policy.SpreadConstraints.Count > 0)
        {
            fields["spreadConstraints"] = Shape.List(policy.SpreadConstraints, Spread);
        }

        fields["replicaScheduling"] = Scheduling(policy);
        return fields;
    }

    private static PlacementPolicy Scheduling(FieldReader scheduling)
    {
        var type = scheduling.Choice("replicaSchedulingType", ReplicaSchedulingType.Duplicated);
        var preference = scheduling.Choice("replicaDivisionPreference", ReplicaDivisionPreference.Weighted);
        if (type == ReplicaSchedulingType.Duplicated && preference == ReplicaDivisionPreference.Aggregated)
        {
            scheduling.Problem("replicaDivisionPreference", "has no effect with Duplicated: set replicaSchedulingType to Divided, or leave it out.");
        }

        var weights = scheduling.Object("weightPreference", Weights) ?? new WeightPreference([], null);
        return new PlacementPolicy { ReplicaScheduling = type, DivisionPreference = preference, StaticWeights = weights.Static, DynamicWeight = weights.Dynamic };
    }

    private static WeightPreference Weights(FieldReader preference) => new(
        preference.Objects("staticWeightList", Weight) ?? [],
        preference.Has("dynamicWeight") ? preference.Choice("dynamicWeight", DynamicWeight.AvailableReplicas) : null);

    // Without a word it would be 0: a cluster that is named would quietly get nothing.
    private static StaticWeight Weight(FieldReader rule)
    {
        if (!rule.Has("weight"))
        {
            rule.Problem("weight", "is missing; it must be a whole number, 0 for none of the replicas.");
        }

        return new StaticWeight(rule.Object("targetCluster", SelectorFields.Affinity) ?? new ClusterAffinity(), rule.Number("weight") ?? 0);
    }

    private static Toleration Toleration(FieldReader fields) => new(
        fields.Text("key"), fields.Choice("operator", TolerationOperator.Equal), fields.Text("value"),
        fields.Has("effect") ? fields.Choice("effect", TaintEffect.NoSchedule) : null, fields.Number("tolerationSeconds"));

    private static SpreadConstraint Spread(FieldReader fields)
    {
        if (fields.Has("spreadByLabel"))
        {
            fields.Problem("spreadByLabel", "is not supported; spreadByField is, with cluster, region, zone or provider.");
        }

        return new SpreadConstraint(fields.Choice("spreadByField", SpreadField.Cluster), fields.Number("minGroups") ?? 1, fields.Number("maxGroups") ?? 0);
    }

    private static JsonObject Alternative(NamedAffinity alternative)
    {
        var fields = SelectorFields.Affinity(alternative.Affinity);
        fields.Insert(0, "affinityName", alternative.Name);
        return fields;
    }

    private static JsonObject Toleration(Toleration toleration)
    {
        var fields = new JsonObject();
        Shape.Set(fields, "key", toleration.Key);
        fields["operator"] = toleration.Operator.ToString();
        Shape.Set(fields, "value", toleration.Value);
        Shape.Set(fields, "effect", toleration.Effect?.ToString());
        if (toleration.TolerationSeconds is { } seconds)
        {
            fields["tolerationSeconds"] = seconds;
        }

        return fields;
    }

    private static JsonObject Spread(SpreadConstraint constraint)
    {
        var fields = new JsonObject { ["spreadByField"] = constraint.SpreadByField.ToString().ToLowerInvariant(), ["minGroups"] = constraint.MinGroups };
        if (constraint.MaxGroups > 0)
        {
            fields["maxGroups"] = constraint.MaxGroups;
        }

        return fields;
    }

    private static JsonObject Scheduling(PlacementPolicy policy)
    {
        var scheduling = new JsonObject { ["replicaSchedulingType"] = policy.ReplicaScheduling.ToString() };
        if (policy.ReplicaScheduling == ReplicaSchedulingType.Divided)
        {
            scheduling["replicaDivisionPreference"] = policy.DivisionPreference.ToString();
        }

        var weights = new JsonObject();
        if (policy.StaticWeights.Count > 0)
        {
            weights["staticWeightList"] = Shape.List(
                policy.StaticWeights, rule => new JsonObject { ["targetCluster"] = SelectorFields.Affinity(rule.TargetCluster), ["weight"] = rule.Weight });
        }

        Shape.Set(weights, "dynamicWeight", policy.DynamicWeight?.ToString());
        Shape.Set(scheduling, "weightPreference", weights.Count > 0 ? weights : null);
        return scheduling;
    }

    private sealed record WeightPreference(IReadOnlyList<StaticWeight> Static, DynamicWeight? Dynamic);
}
