using System.Text.Json.Nodes;
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
        var spec = new JsonObject { ["namespace"] = application.Namespace, ["placement"] = PlacementFields.Write(application.Placement) };
        if (application.Overrides.Count > 0)
        {
            spec["overrides"] = Shape.List(application.Overrides, OverrideFields.Write);
        }

        spec["rollout"] = RolloutFields.Write(application.Rollout);
        Shape.Set(spec, "apply", ApplyFields.Write(application.Apply));
        Shape.Set(spec, "source", application.Source is { } source ? ApplyFields.Write(source) : null);
        KeepingFields.Write(application, spec);
        Shape.Set(spec, "scaling", application.Scaling is { } scaling ? ScalingFields.Write(scaling) : null);
        Shape.Set(spec, "failover", FailoverFields.Write(application.Failover));
        Shape.Set(spec, "traffic", TrafficFields.Write(application.Traffic));
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
        Placement = spec.Object("placement", PlacementFields.Read) ?? new PlacementPolicy(),
        Overrides = spec.Objects("overrides", OverrideFields.Read) ?? [],
        Rollout = spec.Object("rollout", RolloutFields.Read) ?? new(),
        Apply = spec.Object("apply", ApplyFields.ReadPolicy) ?? new(),
        Source = spec.Object("source", ApplyFields.ReadSource),
        Drift = spec.Object("drift", KeepingFields.Drift) ?? new(),
        Status = spec.Objects("status", KeepingFields.Status) ?? [],
        Scaling = spec.Object("scaling", ScalingFields.Read),
        Failover = spec.Object("failover", FailoverFields.Read) ?? new(),
        Traffic = spec.Object("traffic", TrafficFields.Read),
    };
}
