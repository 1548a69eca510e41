using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>What a rule says.</summary>
internal sealed record Verdict(Health Health, string? Reason, string Message)
{
    public static readonly Verdict Current = new(Health.Current, null, "");

    /// <summary>It is as wanted; the reason is something worth knowing all the same.</summary>
    public static Verdict Finding(string reason, string message) => new(Health.Current, reason, message);

    public static Verdict Failed(string reason, string message) => new(Health.Failed, reason, message);

    public static Verdict Progress(string reason, string message) => new(Health.InProgress, reason, message);

    /// <summary>A verdict with what the pods suffer from. ProgressDeadlineExceeded stays the reason: it is the cluster's last word.</summary>
    public static Verdict Of(Verdict verdict, IReadOnlyList<JsonObject>? pods)
    {
        if (verdict.Health is not (Health.InProgress or Health.Failed) || PodProblems.Worst(pods ?? []) is not { } problem)
        {
            return verdict;
        }

        return verdict.Health == Health.Failed
            ? verdict with { Message = $"{verdict.Message} [{problem.Reason}: {problem.Message}]" }
            : verdict with { Reason = problem.Reason, Message = verdict.Message.Length == 0 ? problem.Message : $"{problem.Message} [{verdict.Message}]" };
    }
}
