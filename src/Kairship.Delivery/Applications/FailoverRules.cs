using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Applications;

/// <summary>What spec.failover must satisfy beyond its shape.</summary>
internal static class FailoverRules
{
    private const int LongestToleration = 7 * 24 * 3600;
    private const int MostReplicas = 100_000;
    private const int MostSteps = 20;
    private const int HighestPriority = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static void Check(FailoverPolicy policy, ProblemList check)
    {
        check.Unless(policy.TolerationSeconds is >= 0 and <= LongestToleration, "spec.failover.tolerationSeconds", $"is {policy.TolerationSeconds}; it must be from 0 to {LongestToleration} (a week). To stay for ever, tolerate the taints in spec.placement.clusterTolerations.");
        check.Unless(
            (policy.Approval == FailoverApproval.Above) == policy.ApprovalAbove is not null,
            "spec.failover.approval", policy.ApprovalAbove is null ? "is above: say above how many lost replicas with approvalAbove." : "stands beside approvalAbove; keep one of the two, or write above.");
        check.Unless(policy.ApprovalAbove is null or (>= 0 and <= MostReplicas), "spec.failover.approvalAbove", $"is {policy.ApprovalAbove}; it must be from 0 to {MostReplicas}.");
        check.Unless(policy.Priority is >= 0 and <= HighestPriority, "spec.failover.priority", $"is {policy.Priority}; it must be from 0 to {HighestPriority}; the greatest goes first.");
        Time(policy.GracePeriod, TimeSpan.Zero, "gracePeriod", check);
        Stateful(policy.Stateful, check);
        if (policy.Rto is { } rto)
        {
            Time(rto, TimeSpan.FromSeconds(1), "objective.rto", check);
        }

        Time(policy.Failback.Stabilisation, TimeSpan.Zero, "failback.stabilisation", check);
        Steps(policy.Failback.Steps, check);
    }

    private static void Stateful(StatefulPolicy? stateful, ProblemList check)
    {
        const string Hook = "spec.failover.stateful.hook";
        if (stateful is null)
        {
            return;
        }

        check.Unless(stateful.Fencing == FencingMode.Confirm || stateful.Hook is not null, Hook, "is missing: 'fencing: hook' needs the URL of the hook.");
        check.Unless(stateful.Fencing == FencingMode.Hook || stateful.Hook is null, Hook, "has no effect with 'fencing: confirm'.");
        check.Unless(stateful.Hook is not { } hook || WebAddress.IsHttp(hook.Url), $"{Hook}.url", $"must be {WebAddress.Rule}.");
        check.Unless(stateful.Hook?.SecretRef is not { } secret || DnsName.IsSubdomain(secret), $"{Hook}.secretRef", "must be a secret's name: lower-case letters, digits, '-' and '.'.");
    }

    private static void Steps(IReadOnlyList<int> steps, ProblemList check)
    {
        const string Path = "spec.failover.failback.steps";
        check.Unless(steps.Count <= MostSteps, Path, $"has {steps.Count} steps; at most {MostSteps}.");
        for (var i = 0; i < steps.Count; i++)
        {
            check.Unless(steps[i] is >= 1 and <= 100, $"{Path}[{i}]", $"is {steps[i]}; it must be from 1 to 100.");
            check.Unless(i == 0 || steps[i] > steps[i - 1], $"{Path}[{i}]", $"is {steps[i]}, not more than the step before it; steps rise.");
        }
    }

    private static void Time(TimeSpan time, TimeSpan least, string name, ProblemList check) =>
        check.Unless(time >= least && time <= Longest, $"spec.failover.{name}", $"must be from {GoDuration.Format(least)} to {GoDuration.Format(Longest)}.");
}
