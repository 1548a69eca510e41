using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Failover;

namespace Kairship.Delivery.Applications;

/// <summary>spec.failover in YAML.</summary>
internal static class FailoverFields
{
    public static FailoverPolicy Read(FieldReader failover)
    {
        var defaults = new FailoverPolicy();
        var above = failover.Number("approvalAbove");
        return new FailoverPolicy
        {
            TolerationSeconds = failover.Number("tolerationSeconds") ?? defaults.TolerationSeconds,
            Approval = failover.Choice("approval", above is null ? defaults.Approval : FailoverApproval.Above),
            ApprovalAbove = above,
            Priority = failover.Number("priority") ?? defaults.Priority,
            PurgeMode = failover.Choice("purgeMode", defaults.PurgeMode),
            GracePeriod = failover.Duration("gracePeriod") ?? defaults.GracePeriod,
            Stateful = failover.Object("stateful", Stateful),
            Rto = failover.Object("objective", Objective)?.Rto,
            Failback = failover.Object("failback", Failback) ?? new(),
        };
    }

    /// <summary>null: nothing but defaults, which are left out.</summary>
    public static JsonObject? Write(FailoverPolicy policy)
    {
        var defaults = new FailoverPolicy();
        var fields = new JsonObject();
        Number(fields, "tolerationSeconds", policy.TolerationSeconds, defaults.TolerationSeconds);
        Shape.Set(fields, "approval", policy.Approval == defaults.Approval ? null : Lower(policy.Approval));
        Number(fields, "approvalAbove", policy.ApprovalAbove, null);
        Number(fields, "priority", policy.Priority, defaults.Priority);
        Shape.Set(fields, "purgeMode", policy.PurgeMode == defaults.PurgeMode ? null : policy.PurgeMode.ToString());
        Shape.Set(fields, "gracePeriod", policy.GracePeriod == defaults.GracePeriod ? null : GoDuration.Format(policy.GracePeriod));
        Shape.Set(fields, "stateful", policy.Stateful is { } stateful ? Stateful(stateful) : null);
        Shape.Set(fields, "objective", policy.Rto is { } rto ? new JsonObject { ["rto"] = GoDuration.Format(rto) } : null);
        var failback = Failback(policy.Failback);
        Shape.Set(fields, "failback", failback.Count > 0 ? failback : null);
        return fields.Count > 0 ? fields : null;
    }

    private static StatefulPolicy Stateful(FieldReader stateful) => new()
    {
        Fencing = stateful.Choice("fencing", FencingMode.Confirm),
        Hook = stateful.Object("hook", hook => new FenceHook(hook.Required("url"), hook.Text("secretRef"))),
    };

    private static JsonObject Stateful(StatefulPolicy policy)
    {
        var fields = new JsonObject { ["fencing"] = Lower(policy.Fencing) };
        if (policy.Hook is { } hook)
        {
            var target = new JsonObject { ["url"] = hook.Url };
            Shape.Set(target, "secretRef", hook.SecretRef);
            fields["hook"] = target;
        }

        return fields;
    }

    private static ObjectiveFields Objective(FieldReader objective)
    {
        if (!objective.Has("rto"))
        {
            objective.Problem("rto", "is missing: say how soon the application has to be healthy again, such as 2m.");
        }

        return new ObjectiveFields(objective.Duration("rto"));
    }

    private static FailbackPolicy Failback(FieldReader failback)
    {
        var defaults = new FailbackPolicy();
        return new FailbackPolicy
        {
            Mode = failback.Choice("mode", defaults.Mode),
            Stabilisation = failback.Duration("stabilisation") ?? defaults.Stabilisation,
            Steps = failback.Numbers("steps") ?? defaults.Steps,
        };
    }

    private static JsonObject Failback(FailbackPolicy policy)
    {
        var (fields, defaults) = (new JsonObject(), new FailbackPolicy());
        Shape.Set(fields, "mode", policy.Mode == defaults.Mode ? null : Lower(policy.Mode));
        Shape.Set(fields, "stabilisation", policy.Stabilisation == defaults.Stabilisation ? null : GoDuration.Format(policy.Stabilisation));
        if (!policy.Steps.SequenceEqual(defaults.Steps))
        {
            fields["steps"] = Shape.List(policy.Steps, step => JsonNode.Parse(step.ToString(CultureInfo.InvariantCulture)));
        }

        return fields;
    }

    private static void Number(JsonObject fields, string name, int? value, int? fallback)
    {
        if (value is { } number && number != fallback)
        {
            fields[name] = number;
        }
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private sealed record ObjectiveFields(TimeSpan? Rto);
}
