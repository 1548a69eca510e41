using System.Text.Json.Nodes;
using Kairship.Delivery.Drift;

namespace Kairship.Delivery.Applications;

/// <summary>What holds once a release is over, in YAML: drift, and the status of kinds of the application's own.</summary>
internal static class KeepingFields
{
    public static DriftPolicy Drift(FieldReader fields)
    {
        var defaults = new DriftPolicy();
        return new DriftPolicy
        {
            Mode = fields.Choice("mode", defaults.Mode),
            Interval = fields.Duration("interval") ?? defaults.Interval,
            Ignore = fields.Texts("ignore") ?? [],
            Prune = fields.Flag("prune"),
        };
    }

    public static StatusRule Status(FieldReader rule) => new(
        rule.Text("group") ?? "", rule.Required("kind"), rule.Required("current"), rule.Text("failed"), rule.Text("message"));

    /// <summary>Defaults are left out.</summary>
    public static void Write(Application application, JsonObject spec)
    {
        var (policy, defaults) = (application.Drift, new DriftPolicy());
        var drift = new JsonObject();
        Shape.Set(drift, "mode", policy.Mode == defaults.Mode ? null : policy.Mode.ToString().ToLowerInvariant());
        Shape.Set(drift, "interval", policy.Interval == defaults.Interval ? null : GoDuration.Format(policy.Interval));
        Shape.Set(drift, "ignore", policy.Ignore.Count == 0 ? null : policy.Ignore);
        if (policy.Prune)
        {
            drift["prune"] = true;
        }

        if (drift.Count > 0)
        {
            spec["drift"] = drift;
        }

        if (application.Status.Count > 0)
        {
            spec["status"] = Shape.List(application.Status, Status);
        }
    }

    private static JsonObject Status(StatusRule rule)
    {
        var fields = new JsonObject { ["group"] = rule.Group, ["kind"] = rule.Kind, ["current"] = rule.Current };
        Shape.Set(fields, "failed", rule.Failed);
        Shape.Set(fields, "message", rule.Message);
        return fields;
    }
}
