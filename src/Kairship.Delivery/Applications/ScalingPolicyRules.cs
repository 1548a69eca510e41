using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Applications;

/// <summary>What spec.scaling must satisfy beyond its shape.</summary>
internal static class ScalingPolicyRules
{
    private const int MostReplicas = 100_000;
    private const int MostWorkloads = 20;
    private const int MostMetrics = 20;
    private const int MostRules = 50;
    private const int LongestQuery = 4000;
    private static readonly TimeSpan LongestWindow = TimeSpan.FromHours(24);
    private static readonly HashSet<string> Kinds = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

    public static void Check(ScalingPolicy policy, ProblemList check)
    {
        Workloads(policy.Workloads, check);
        check.Unless(policy.Min is >= 0 and <= MostReplicas, "spec.scaling.min", $"is {policy.Min}; it must be from 0 to {MostReplicas}.");
        check.Unless(policy.Max is >= 1 and <= MostReplicas && policy.Max >= policy.Min, "spec.scaling.max", $"is {policy.Max}; it must be from min ({policy.Min}), and at least 1, to {MostReplicas}.");
        check.Unless(policy.Tolerance is >= 0 and <= 1, "spec.scaling.tolerance", $"is {policy.Tolerance}; it must be from 0 to 1, such as 0.1.");
        Window(policy.Stabilisation.ScaleDown, "scaleDown", check);
        Window(policy.Stabilisation.ScaleUp, "scaleUp", check);
        check.Unless(
            policy.ApprovalAbove is null || (policy.ApprovalAbove >= 0 && policy.ApprovalAbove < policy.Max),
            "spec.scaling.approvalAbove", $"is {policy.ApprovalAbove}; it must be from 0 to less than max ({policy.Max}), or nobody is ever asked.");
        check.Unless(policy.Metrics.Count <= MostMetrics, "spec.scaling.metrics", $"has {policy.Metrics.Count} entries; at most {MostMetrics}.");
        check.Unless(policy.Cron.Count <= MostRules, "spec.scaling.cron", $"has {policy.Cron.Count} rules; at most {MostRules}.");
        check.Unless(
            policy.Owns == ScalingOwnership.Total || policy.Metrics.Count == 0,
            "spec.scaling.metrics", "have no effect with 'owns: bounds': every cluster's own autoscaler has its metrics, and Kairship sets only its bounds.");
        for (var i = 0; i < policy.Metrics.Count; i++)
        {
            Metric(policy.Metrics, i, check);
        }

        for (var i = 0; i < policy.Cron.Count; i++)
        {
            Cron(policy, i, check);
        }
    }

    private static void Workloads(IReadOnlyList<string> workloads, ProblemList check)
    {
        check.Unless(workloads.Count <= MostWorkloads, "spec.scaling.workloads", $"has {workloads.Count} entries; at most {MostWorkloads}.");
        for (var i = 0; i < workloads.Count; i++)
        {
            var isKey = workloads[i].Split('/') is [var kind, var name] && Kinds.Contains(kind) && DnsName.IsSubdomain(name);
            check.Unless(isKey, $"spec.scaling.workloads[{i}]", $"'{YamlScalars.Shorten(workloads[i])}' is not a workload with replicas, such as Deployment/web.");
            check.Unless(!workloads.Take(i).Contains(workloads[i]), $"spec.scaling.workloads[{i}]", $"'{workloads[i]}' is named before.");
        }
    }

    private static void Window(TimeSpan window, string name, ProblemList check) => check.Unless(
        window >= TimeSpan.Zero && window <= LongestWindow, $"spec.scaling.stabilisation.{name}", $"must be from 0s to {GoDuration.Format(LongestWindow)}.");

    private static void Metric(IReadOnlyList<ScalingMetric> metrics, int i, ProblemList check)
    {
        var (metric, path) = (metrics[i], $"spec.scaling.metrics[{i}]");
        check.Unless(DnsName.IsLabel(metric.Name), $"{path}.name", $"'{metric.Name}' must be {DnsName.LabelRule}.");
        check.Unless(metrics.Take(i).All(m => m.Name != metric.Name), $"{path}.name", $"'{metric.Name}' is the name of an earlier metric.");
        check.Unless(metric.TargetValue is not null, $"{path}.target", $"'{YamlScalars.Shorten(metric.Target)}' must be above 0 and {Quantity.Rule}.");
        if (metric.Provider == MetricProvider.Resource)
        {
            check.Unless(metric.Resource is "cpu" or "memory", $"{path}.resource", $"is '{metric.Resource}'; it must be cpu or memory.");
            check.Unless(metric.TargetType != MetricTarget.Value, $"{path}.targetType", "Value has no meaning for a resource: it is Utilization (percent of the requests) or AverageValue (a quantity for each pod).");
            check.Unless(metric.Query is null && metric.Address is null, path, "has a query or an address, which mean nothing for a resource.");
            return;
        }

        check.Unless(metric.Query is { Length: <= LongestQuery } query && query.Trim().Length > 0, $"{path}.query", $"must be PromQL of 1 to {LongestQuery} characters that gives one number, such as sum(rate(http_requests_total[1m])).");
        check.Unless(metric.Address is null || WebAddress.IsHttp(metric.Address), $"{path}.address", $"must be {WebAddress.Rule}.");
        check.Unless(metric.TargetType != MetricTarget.Utilization, $"{path}.targetType", "Utilization has no meaning for a query: it is AverageValue (for each replica) or Value.");
        check.Unless(metric.Resource is null, $"{path}.resource", "has no meaning for a query; leave it out.");
    }

    private static void Cron(ScalingPolicy policy, int i, ProblemList check)
    {
        var (rule, path) = (policy.Cron[i], $"spec.scaling.cron[{i}]");
        check.Unless(DnsName.IsLabel(rule.Name), $"{path}.name", $"'{rule.Name}' must be {DnsName.LabelRule}.");
        check.Unless(policy.Cron.Take(i).All(r => r.Name != rule.Name), $"{path}.name", $"'{rule.Name}' is the name of an earlier rule.");
        check.Unless(CronTimes.TryParse(rule.Schedule, null, out _, out var problem), $"{path}.schedule", problem ?? "");
        check.Unless(rule.TimeZone is null || CronTimes.TryParse("@daily", rule.TimeZone, out _, out _), $"{path}.timeZone", $"'{rule.TimeZone}' is not a time zone that is known here; an IANA name such as Europe/Berlin is.");
        check.Unless(
            rule.TargetReplicas is not null || rule.TargetMin is not null || rule.TargetMax is not null, path, "does nothing: give targetReplicas, or targetMin and targetMax.");
        check.Unless(
            rule.TargetReplicas is null || (rule.TargetMin is null && rule.TargetMax is null), $"{path}.targetReplicas", "stands beside targetMin or targetMax; a rule sets the total or its bounds.");
        check.Unless(
            rule.TargetReplicas is null || policy.Owns == ScalingOwnership.Total, $"{path}.targetReplicas", "has no meaning with 'owns: bounds': give targetMin and targetMax.");
        check.Unless(
            rule.TargetReplicas is not { } total || (total >= policy.Min && total <= policy.Max), $"{path}.targetReplicas", $"is {rule.TargetReplicas}; it must be from min ({policy.Min}) to max ({policy.Max}).");
        var (least, most) = (rule.TargetMin ?? 0, rule.TargetMax ?? MostReplicas);
        check.Unless(least >= 0 && least <= MostReplicas, $"{path}.targetMin", $"is {least}; it must be from 0 to {MostReplicas}.");
        check.Unless(most >= Math.Max(1, least) && most <= MostReplicas, $"{path}.targetMax", $"is {most}; it must be from targetMin ({least}), and at least 1, to {MostReplicas}.");
    }
}
