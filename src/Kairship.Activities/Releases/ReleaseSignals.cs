using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Releases;

/// <summary>The stimuli that reach a running release.</summary>
public static class ReleaseSignals
{
    /// <summary>The activity type that asks for approvals: a workflow without it asks nobody.</summary>
    public const string ApprovalGate = "Kairship.RequestApproval";

    /// <summary>Payload: { by, reason, rollback }. Stays in the inbox until an activity that can stop is waiting.</summary>
    public static StimulusKey Abort(string releaseId) => new("Kairship.Release.Abort", releaseId);

    /// <summary>An approval was decided; who waits reads it anew.</summary>
    public static StimulusKey Approval(string approvalId) => new("Kairship.Approval", approvalId);

    /// <summary>An approval of any release was decided. Payload: { release, status }. For who follows many releases and would otherwise look again and again.</summary>
    public static StimulusKey Decided { get; } = new("Kairship.Approval.Decided", "*");

    /// <summary>When the stimulus is an abort: how the release is to end and why; otherwise null.</summary>
    internal static (string Ending, string Reason)? AbortIn(Stimulus? stimulus, string releaseId)
    {
        if (stimulus is null || stimulus.Key != Abort(releaseId))
        {
            return null;
        }

        var payload = stimulus.Payload as JsonObject;
        var rollback = payload?["rollback"]?.GetValueKind() == System.Text.Json.JsonValueKind.True;
        var by = payload?["by"]?.ToString() ?? "an operator";
        var reason = payload?["reason"]?.ToString();
        return (rollback ? "RolledBack" : "Aborted", $"{(rollback ? "Rolled back" : "Aborted")} by {by}{(string.IsNullOrEmpty(reason) ? "" : $": {reason}")}.");
    }

    internal static ActivityResult Aborted((string Ending, string Reason) abort) =>
        ActivityResult.Leave("Aborted", new JsonObject { ["Reason"] = abort.Reason, ["Ending"] = abort.Ending });

    internal static ActivityResult Failed(string reason) =>
        ActivityResult.Leave("Failed", new JsonObject { ["Reason"] = reason, ["Ending"] = "RolledBack" });
}
