using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

internal static class PodRules
{
    private static readonly TimeSpan SchedulingGrace = TimeSpan.FromSeconds(15);

    public static Verdict Pod(JsonObject obj, DateTimeOffset now)
    {
        var phase = obj["status"]?["phase"]?.ToString();
        var problem = PodProblems.Worst([obj]);
        switch (phase)
        {
            case "Succeeded":
                return Verdict.Current;
            case "Failed":
                return Verdict.Failed(obj["status"]?["reason"]?.ToString() ?? "PodFailed", obj["status"]?["message"]?.ToString() ?? "the pod failed");
            case "Running" when Conditions.FindTrue(obj, "Ready") is not null:
                return Verdict.Current;
            case "Running" when problem is { Reason: "CrashLoopBackOff" } crash:
                return Verdict.Failed(crash.Reason, crash.Message);
            case "Pending" when problem is { Reason: "Unschedulable" } unschedulable && Age(obj, now) > SchedulingGrace:
                return Verdict.Failed(unschedulable.Reason, unschedulable.Message);
            default:
                return problem is { } other
                    ? Verdict.Progress(other.Reason, other.Message)
                    : Verdict.Progress(phase == "Running" ? "PodNotReady" : "PodPending", Conditions.FindFalse(obj, "Ready")?.Message ?? "");
        }
    }

    private static TimeSpan Age(JsonObject obj, DateTimeOffset now) =>
        DateTimeOffset.TryParse(obj["metadata"]?["creationTimestamp"]?.ToString(), CultureInfo.InvariantCulture, out var created) ? now - created : TimeSpan.Zero;
}
