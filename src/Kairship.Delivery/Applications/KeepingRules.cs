using Kairship.Delivery.Drift;

namespace Kairship.Delivery.Applications;

/// <summary>What drift policies and status rules must satisfy beyond their shape. Whether an expression is JavaScript is found out where there is an engine for it.</summary>
internal static class KeepingRules
{
    private const int MaxIgnored = 100;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);
    private static readonly HashSet<string> BuiltInGroups = ["", "apps", "batch", "autoscaling", "policy", "extensions"];

    public static void Check(Application application, ProblemList check)
    {
        var drift = application.Drift;
        check.Unless(drift.Interval >= Shortest && drift.Interval <= Longest, "spec.drift.interval", $"must be from {GoDuration.Format(Shortest)} to {GoDuration.Format(Longest)}.");
        check.Unless(drift.Ignore.Count <= MaxIgnored, "spec.drift.ignore", $"has {drift.Ignore.Count} entries; at most {MaxIgnored}.");
        for (var i = 0; i < drift.Ignore.Count; i++)
        {
            check.Unless(JsonPointer.IsPointer(drift.Ignore[i]), $"spec.drift.ignore[{i}]", $"'{drift.Ignore[i]}' is not {JsonPointer.Rule}.");
        }

        check.Unless(!drift.Prune || drift.Mode == DriftMode.Heal, "spec.drift.prune", "has no effect unless mode is heal.");
        check.Unless(application.Status.Count <= StatusRule.MaxRules, "spec.status", $"has {application.Status.Count} rules; at most {StatusRule.MaxRules}.");
        for (var i = 0; i < application.Status.Count; i++)
        {
            Rule(application.Status, i, check);
        }
    }

    private static void Rule(IReadOnlyList<StatusRule> rules, int i, ProblemList check)
    {
        var (rule, path) = (rules[i], $"spec.status[{i}]");
        check.Unless(
            !BuiltInGroups.Contains(rule.Group) && !rule.Group.EndsWith(".k8s.io", StringComparison.Ordinal),
            $"{path}.group", $"'{rule.Group}' is a group of Kubernetes itself, whose kinds have rules already; a rule is for kinds of your own, such as cache.example.org.");
        check.Unless(rules.Take(i).All(r => (r.Group, r.Kind) != (rule.Group, rule.Kind)), path, $"is a second rule for {rule.Kind} of {rule.Group}; make them one.");
        foreach (var (name, expression) in new[] { ("current", rule.Current), ("failed", rule.Failed), ("message", rule.Message) })
        {
            check.Unless(expression is null || (expression.Length <= StatusRule.MaxLength && expression.Trim().Length > 0), $"{path}.{name}", $"must be a JavaScript expression of 1 to {StatusRule.MaxLength} characters, such as object.status.phase === 'Ready'.");
        }
    }
}
