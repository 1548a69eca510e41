using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Applications;

/// <summary>spec.scaling in YAML.</summary>
internal static class ScalingFields
{
    public static ScalingPolicy Read(FieldReader scaling)
    {
        var defaults = new ScalingPolicy { Max = 0 };
        if (!scaling.Has("max"))
        {
            scaling.Problem("max", "is missing: say how many replicas there may be at most over all clusters.");
        }

        return new ScalingPolicy
        {
            Workloads = scaling.Texts("workloads") ?? [],
            Min = scaling.Number("min") ?? defaults.Min,
            Max = scaling.Number("max") ?? defaults.Max,
            Owns = scaling.Choice("owns", defaults.Owns),
            Tolerance = Tolerance(scaling) ?? defaults.Tolerance,
            Stabilisation = scaling.Object("stabilisation", Stabilisation) ?? new(),
            ApprovalAbove = scaling.Number("approvalAbove"),
            Metrics = scaling.Objects("metrics", Metric) ?? [],
            Cron = scaling.Objects("cron", Cron) ?? [],
        };
    }

    /// <summary>Defaults are left out.</summary>
    public static JsonObject Write(ScalingPolicy policy)
    {
        var defaults = new ScalingPolicy { Max = 0 };
        var fields = new JsonObject();
        Shape.Set(fields, "workloads", policy.Workloads.Count == 0 ? null : policy.Workloads);
        fields["min"] = policy.Min;
        fields["max"] = policy.Max;
        Shape.Set(fields, "owns", policy.Owns == defaults.Owns ? null : Lower(policy.Owns));
        if (policy.Tolerance != defaults.Tolerance)
        {
            fields["tolerance"] = JsonNode.Parse(policy.Tolerance.ToString(CultureInfo.InvariantCulture));
        }

        if (policy.Stabilisation != defaults.Stabilisation)
        {
            fields["stabilisation"] = new JsonObject
            {
                ["scaleDown"] = GoDuration.Format(policy.Stabilisation.ScaleDown), ["scaleUp"] = GoDuration.Format(policy.Stabilisation.ScaleUp),
            };
        }

        Number(fields, "approvalAbove", policy.ApprovalAbove);
        if (policy.Metrics.Count > 0)
        {
            fields["metrics"] = Shape.List(policy.Metrics, Metric);
        }

        if (policy.Cron.Count > 0)
        {
            fields["cron"] = Shape.List(policy.Cron, Cron);
        }

        return fields;
    }

    private static ScalingStabilisation Stabilisation(FieldReader fields)
    {
        var defaults = new ScalingStabilisation();
        return new ScalingStabilisation { ScaleDown = fields.Duration("scaleDown") ?? defaults.ScaleDown, ScaleUp = fields.Duration("scaleUp") ?? defaults.ScaleUp };
    }

    private static decimal? Tolerance(FieldReader fields)
    {
        if (fields.NumberOrText("tolerance") is not { } text)
        {
            return null;
        }

        if (!Quantity.TryParse(text, out var tolerance))
        {
            fields.Problem("tolerance", $"'{YamlScalars.Shorten(text)}' is not a share such as 0.1.");
        }

        return tolerance;
    }

    private static ScalingMetric Metric(FieldReader metric)
    {
        var name = metric.Required("name");
        if (!metric.Has("provider"))
        {
            metric.Problem("provider", "is missing; it must be prometheus or resource.");
        }

        var provider = metric.Choice("provider", MetricProvider.Prometheus);
        var target = metric.NumberOrText("target");
        if (!metric.Has("target"))
        {
            metric.Problem("target", "is missing; it must be a number or a quantity such as 100, 0.5 or 500m.");
        }

        return new ScalingMetric(
            name, provider, target ?? "", metric.Choice("targetType", ScalingMetric.DefaultType(provider)), metric.Text("query"), metric.Text("address"), metric.Text("resource"));
    }

    private static ScalingCron Cron(FieldReader rule) => new(
        rule.Required("name"), rule.Required("schedule"), rule.Text("timeZone"), rule.Number("targetReplicas"), rule.Number("targetMin"), rule.Number("targetMax"), rule.Flag("suspend"));

    private static JsonObject Metric(ScalingMetric metric)
    {
        var fields = new JsonObject { ["name"] = metric.Name, ["provider"] = Lower(metric.Provider) };
        Shape.Set(fields, "query", metric.Query);
        Shape.Set(fields, "address", metric.Address);
        Shape.Set(fields, "resource", metric.Resource);
        fields["target"] = metric.Target;
        Shape.Set(fields, "targetType", metric.TargetType == ScalingMetric.DefaultType(metric.Provider) ? null : metric.TargetType.ToString());
        return fields;
    }

    private static JsonObject Cron(ScalingCron rule)
    {
        var fields = new JsonObject { ["name"] = rule.Name, ["schedule"] = rule.Schedule };
        Shape.Set(fields, "timeZone", rule.TimeZone);
        Number(fields, "targetReplicas", rule.TargetReplicas);
        Number(fields, "targetMin", rule.TargetMin);
        Number(fields, "targetMax", rule.TargetMax);
        if (rule.Suspend)
        {
            fields["suspend"] = true;
        }

        return fields;
    }

    private static void Number(JsonObject fields, string name, int? value)
    {
        if (value is { } number)
        {
            fields[name] = number;
        }
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
