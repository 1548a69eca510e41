using System.Text.Json.Nodes;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Applications;

/// <summary>Cluster affinities and label selectors in YAML.</summary>
internal static class SelectorFields
{
    public static ClusterAffinity Affinity(FieldReader fields) =>
        new(fields.Texts("clusterNames"), fields.Texts("exclude"), fields.Object("labelSelector", Selector), fields.Object("fieldSelector", Fields));

    public static LabelSelector Selector(FieldReader fields) =>
        new(fields.TextMap("matchLabels"), fields.Objects("matchExpressions", Requirement));

    public static JsonObject Affinity(ClusterAffinity affinity)
    {
        var fields = new JsonObject();
        Shape.Set(fields, "clusterNames", affinity.ClusterNames);
        Shape.Set(fields, "exclude", affinity.Exclude);
        if (affinity.LabelSelector is { } selector)
        {
            fields["labelSelector"] = Selector(selector);
        }

        if (affinity.FieldSelector is { } selected)
        {
            var expressions = new JsonObject();
            Shape.Set(fields, "fieldSelector", expressions);
            if (selected.MatchExpressions is { } requirements)
            {
                expressions["matchExpressions"] = Shape.List(requirements, Requirement);
            }
        }

        return fields;
    }

    public static JsonObject Selector(LabelSelector selector)
    {
        var fields = new JsonObject();
        if (selector.MatchLabels is { } labels)
        {
            fields["matchLabels"] = new JsonObject(labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)JsonValue.Create(l.Value))));
        }

        if (selector.MatchExpressions is { } requirements)
        {
            fields["matchExpressions"] = Shape.List(requirements, Requirement);
        }

        return fields;
    }

    private static FieldSelector Fields(FieldReader fields) => new(fields.Objects("matchExpressions", Requirement));

    private static LabelRequirement Requirement(FieldReader requirement) =>
        new(requirement.Required("key"), requirement.Required("operator"), requirement.Texts("values"));

    private static JsonObject Requirement(LabelRequirement requirement)
    {
        var fields = new JsonObject { ["key"] = requirement.Key, ["operator"] = requirement.Operator };
        Shape.Set(fields, "values", requirement.Values);
        return fields;
    }
}
