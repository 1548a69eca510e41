using System.Globalization;

namespace Kairship.Delivery.Placement.Capacity;

/// <summary>Whether a node may take a pod at all, whatever it still has free: cordoned, taints, node selector, required node affinity.</summary>
internal static class NodeFit
{
    public static bool Admits(NodeFacts node, PodRequest request)
    {
        if (node.IsUnschedulable || !TaintsAreTolerated(node, request))
        {
            return false;
        }

        foreach (var (key, value) in request.NodeSelector)
        {
            if (!node.Labels.TryGetValue(key, out var actual) || actual != value)
            {
                return false;
            }
        }

        // As in Kubernetes, a term without requirements holds nowhere.
        return request.NodeTerms.Count == 0 || request.NodeTerms.Any(term => term.Count > 0 && term.All(requirement => Holds(requirement, node)));
    }

    private static bool TaintsAreTolerated(NodeFacts node, PodRequest request)
    {
        for (var i = 0; i < node.Taints.Count; i++)
        {
            var taint = node.Taints[i];
            if (taint.Effect != TaintEffect.PreferNoSchedule && !request.Tolerations.Any(t => t.Tolerates(taint)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(LabelRequirement requirement, NodeFacts node)
    {
        var value = requirement.Key == "metadata.name" ? node.Name : node.Labels.GetValueOrDefault(requirement.Key);
        return requirement.Operator switch
        {
            "In" => value is not null && (requirement.Values?.Contains(value) ?? false),
            "NotIn" => value is null || !(requirement.Values?.Contains(value) ?? false),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value, requirement) > 0,
            "Lt" => Compare(value, requirement) < 0,
            _ => false,
        };
    }

    private static int Compare(string? value, LabelRequirement requirement) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var actual)
        && requirement.Values is [var text] && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bound)
            ? actual.CompareTo(bound)
            : 0;
}
