using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Applications;

/// <summary>What a placement must satisfy beyond its shape.</summary>
internal static class PlacementRules
{
    private const int MaxAlternatives = 20;
    private const int MaxTolerations = 50;
    private const int MaxWeights = 1000;
    private const int MaxGroups = 10_000;
    private const string Scheduling = "spec.placement.replicaScheduling";

    public static void Check(PlacementPolicy policy, ProblemList check)
    {
        SelectorRules.Affinity(policy.ClusterAffinity, "spec.placement.clusterAffinity", check);
        Alternatives(policy, check);
        check.Unless(policy.ClusterTolerations.Count <= MaxTolerations, "spec.placement.clusterTolerations", $"has {policy.ClusterTolerations.Count} entries; at most {MaxTolerations}.");
        for (var i = 0; i < policy.ClusterTolerations.Count; i++)
        {
            Toleration(policy.ClusterTolerations[i], $"spec.placement.clusterTolerations[{i}]", check);
        }

        Spread(policy.SpreadConstraints, check);
        Weights(policy, check);
    }

    private static void Alternatives(PlacementPolicy policy, ProblemList check)
    {
        var alternatives = policy.ClusterAffinities;
        check.Unless(alternatives.Count <= MaxAlternatives, "spec.placement.clusterAffinities", $"has {alternatives.Count} entries; at most {MaxAlternatives}.");
        check.Unless(
            alternatives.Count == 0 || policy.ClusterAffinity == new ClusterAffinity(), "spec.placement.clusterAffinities", "stands beside clusterAffinity; keep one of the two.");
        for (var i = 0; i < alternatives.Count; i++)
        {
            var (name, path) = (alternatives[i].Name, $"spec.placement.clusterAffinities[{i}]");
            check.Unless(name.Length > 0 && DnsName.IsLabelValue(name), $"{path}.affinityName", $"'{name}' is not a name: letters, digits, '-', '_' and '.', at most 63.");
            check.Unless(alternatives.Take(i).All(a => a.Name != name), $"{path}.affinityName", $"'{name}' is the name of an earlier alternative.");
            SelectorRules.Affinity(alternatives[i].Affinity, path, check);
        }
    }

    private static void Toleration(Toleration toleration, string path, ProblemList check)
    {
        var hasKey = !string.IsNullOrEmpty(toleration.Key);
        check.Unless(!hasKey || DnsName.IsLabelKey(toleration.Key), $"{path}.key", $"'{toleration.Key}' is not a taint's key: an optional prefix as 'example.com/', then letters, digits, '-', '_' and '.', at most 63.");
        check.Unless(hasKey || toleration.Operator == TolerationOperator.Exists, $"{path}.operator", "must be Exists when there is no key: it then tolerates every taint.");
        check.Unless(toleration.Operator == TolerationOperator.Equal || string.IsNullOrEmpty(toleration.Value), $"{path}.value", "has no meaning with Exists; leave it out.");
        check.Unless(
            toleration.TolerationSeconds is null || toleration.Effect is null or TaintEffect.NoExecute,
            $"{path}.tolerationSeconds", $"has no meaning with {toleration.Effect}: only NoExecute evicts.");
    }

    private static void Spread(IReadOnlyList<SpreadConstraint> constraints, ProblemList check)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            var (constraint, path) = (constraints[i], $"spec.placement.spreadConstraints[{i}]");
            var field = constraint.SpreadByField.ToString().ToLowerInvariant();
            check.Unless(constraints.Take(i).All(c => c.SpreadByField != constraint.SpreadByField), $"{path}.spreadByField", $"'{field}' is in an earlier constraint; make them one.");
            check.Unless(constraint.MinGroups is >= 1 and <= MaxGroups, $"{path}.minGroups", $"is {constraint.MinGroups}; it must be from 1 to {MaxGroups}.");
            check.Unless(
                constraint.MaxGroups == 0 || (constraint.MaxGroups >= constraint.MinGroups && constraint.MaxGroups <= MaxGroups),
                $"{path}.maxGroups", $"is {constraint.MaxGroups}; it must be from minGroups ({constraint.MinGroups}) to {MaxGroups}, or left out for no bound.");
            check.Unless(
                constraint.SpreadByField is SpreadField.Cluster or SpreadField.Region || constraints.Any(c => c.SpreadByField is SpreadField.Cluster or SpreadField.Region),
                $"{path}.spreadByField", $"'{field}' stands alone; add a constraint by cluster or region.");
        }

        var most = constraints.FirstOrDefault(c => c.SpreadByField == SpreadField.Cluster)?.MaxGroups ?? 0;
        if (most > 0 && constraints.FirstOrDefault(c => c.MinGroups > most && c.SpreadByField != SpreadField.Cluster) is { } wide)
        {
            check.Unless(false, "spec.placement.spreadConstraints", $"want at least {wide.MinGroups} {wide.SpreadByField.ToString().ToLowerInvariant()}s with at most {most} clusters.");
        }
    }

    private static void Weights(PlacementPolicy policy, ProblemList check)
    {
        var hasWeights = policy.StaticWeights.Count > 0 || policy.DynamicWeight is not null;
        check.Unless(
            !hasWeights || policy.ReplicaScheduling == ReplicaSchedulingType.Divided,
            $"{Scheduling}.weightPreference", "has no effect with Duplicated: set replicaSchedulingType to Divided, or leave the weights out.");
        check.Unless(
            !hasWeights || policy.DivisionPreference == ReplicaDivisionPreference.Weighted,
            $"{Scheduling}.weightPreference", "has no effect with Aggregated: set replicaDivisionPreference to Weighted, or leave the weights out.");
        check.Unless(
            policy.StaticWeights.Count == 0 || policy.DynamicWeight is null, $"{Scheduling}.weightPreference.dynamicWeight", "stands beside staticWeightList; keep one of the two.");
        check.Unless(policy.StaticWeights.Count <= MaxWeights, $"{Scheduling}.weightPreference.staticWeightList", $"has {policy.StaticWeights.Count} entries; at most {MaxWeights}.");
        for (var i = 0; i < policy.StaticWeights.Count; i++)
        {
            var path = $"{Scheduling}.weightPreference.staticWeightList[{i}]";
            SelectorRules.Affinity(policy.StaticWeights[i].TargetCluster, $"{path}.targetCluster", check);
            check.Unless(policy.StaticWeights[i].Weight is >= 0 and <= 1_000_000, $"{path}.weight", $"is {policy.StaticWeights[i].Weight}; it must be from 0 to 1000000.");
        }
    }
}
