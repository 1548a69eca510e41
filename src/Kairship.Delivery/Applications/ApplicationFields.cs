using System.Text.Json.Nodes;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Applications;

/// <summary>The shape of an application's YAML: its fields, read and written side by side.</summary>
internal static class ApplicationFields
{
    public static Application Read(FieldReader root)
    {
        Constant(root, "apiVersion", ApplicationYaml.ApiVersion);
        Constant(root, "kind", ApplicationYaml.Kind);
        var name = root.Object("metadata", metadata => metadata.Required("name"));
        if (!root.Has("metadata"))
        {
            root.Problem("metadata", "is missing; give it a name: 'metadata: {name: storefront}'.");
        }

        var spec = root.Object("spec", Spec);
        if (!root.Has("spec"))
        {
            root.Problem("spec", "is missing; it needs at least a namespace.");
        }

        return (spec ?? new Application { Name = "", Namespace = "" }) with { Name = name ?? "" };
    }

    public static JsonObject Write(Application application)
    {
        var spec = new JsonObject { ["namespace"] = application.Namespace, ["placement"] = Placement(application.Placement) };
        if (application.Overrides.Count > 0)
        {
            spec["overrides"] = Shape.List(application.Overrides, Override);
        }

        spec["rollout"] = RolloutFields.Write(application.Rollout);
        Shape.Set(spec, "apply", ApplyFields.Write(application.Apply));
        Shape.Set(spec, "source", application.Source is { } source ? ApplyFields.Write(source) : null);
        KeepingFields.Write(application, spec);
        return new JsonObject
        {
            ["apiVersion"] = ApplicationYaml.ApiVersion,
            ["kind"] = ApplicationYaml.Kind,
            ["metadata"] = new JsonObject { ["name"] = application.Name },
            ["spec"] = spec,
        };
    }

    private static void Constant(FieldReader root, string name, string expected)
    {
        var actual = root.Required(name);
        if (actual.Length > 0 && actual != expected)
        {
            root.Problem(name, $"is '{actual}'; it must be '{expected}'.");
        }
    }

    private static Application Spec(FieldReader spec) => new()
    {
        Name = "",
        Namespace = spec.Required("namespace"),
        Placement = spec.Object("placement", Placement) ?? new PlacementPolicy(),
        Overrides = spec.Objects("overrides", Override) ?? [],
        Rollout = spec.Object("rollout", RolloutFields.Read) ?? new(),
        Apply = spec.Object("apply", ApplyFields.ReadPolicy) ?? new(),
        Source = spec.Object("source", ApplyFields.ReadSource),
        Drift = spec.Object("drift", KeepingFields.Drift) ?? new(),
        Status = spec.Objects("status", KeepingFields.Status) ?? [],
    };

    private static PlacementPolicy Placement(FieldReader placement)
    {
        var affinity = placement.Object("clusterAffinity", SelectorFields.Affinity) ?? new ClusterAffinity();
        var policy = placement.Object("replicaScheduling", Scheduling) ?? new PlacementPolicy();
        return policy with { ClusterAffinity = affinity };
    }

    private static PlacementPolicy Scheduling(FieldReader scheduling)
    {
        var type = scheduling.Choice("replicaSchedulingType", ReplicaSchedulingType.Duplicated);
        if (scheduling.Text("replicaDivisionPreference") is { } preference && preference != "Weighted")
        {
            scheduling.Problem("replicaDivisionPreference", $"'{preference}' is not supported; Weighted is.");
        }

        var weights = scheduling.Object("weightPreference", w => w.Objects("staticWeightList", Weight) ?? []);
        return new PlacementPolicy { ReplicaScheduling = type, StaticWeights = weights ?? [] };
    }

    private static StaticWeight Weight(FieldReader rule) =>
        new(rule.Object("targetCluster", SelectorFields.Affinity) ?? new ClusterAffinity(), rule.Number("weight") ?? 0);

    private static OverrideRule Override(FieldReader rule) => new(
        rule.Object("targetCluster", SelectorFields.Affinity) ?? new ClusterAffinity(),
        rule.Object("overriders", overriders => overriders.Objects("imageOverrider", Image) ?? []) ?? []);

    private static ImageOverrider Image(FieldReader overrider)
    {
        overrider.Required("component");
        overrider.Required("operator");
        return new(
            overrider.Choice("component", ImageComponent.Registry), overrider.Choice("operator", OverrideOperator.Replace),
            overrider.Text("value"), overrider.Text("container"));
    }

    private static JsonObject Placement(PlacementPolicy policy)
    {
        var scheduling = new JsonObject { ["replicaSchedulingType"] = policy.ReplicaScheduling.ToString() };
        if (policy.ReplicaScheduling == ReplicaSchedulingType.Divided)
        {
            scheduling["replicaDivisionPreference"] = "Weighted";
        }

        if (policy.StaticWeights.Count > 0)
        {
            scheduling["weightPreference"] = new JsonObject
            {
                ["staticWeightList"] = Shape.List(
                    policy.StaticWeights,
                    rule => new JsonObject { ["targetCluster"] = SelectorFields.Affinity(rule.TargetCluster), ["weight"] = rule.Weight }),
            };
        }

        return new JsonObject { ["clusterAffinity"] = SelectorFields.Affinity(policy.ClusterAffinity), ["replicaScheduling"] = scheduling };
    }

    private static JsonObject Override(OverrideRule rule) => new()
    {
        ["targetCluster"] = SelectorFields.Affinity(rule.TargetCluster),
        ["overriders"] = new JsonObject { ["imageOverrider"] = Shape.List(rule.ImageOverriders, Image) },
    };

    private static JsonObject Image(ImageOverrider overrider)
    {
        var fields = new JsonObject { ["component"] = overrider.Component.ToString(), ["operator"] = overrider.Operator.ToString().ToLowerInvariant() };
        Shape.Set(fields, "value", overrider.Value);
        Shape.Set(fields, "container", overrider.Container);
        return fields;
    }
}
