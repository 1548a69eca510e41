using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>Why pods do not become ready, as far as they tell.</summary>
internal static class PodProblems
{
    /// <summary>Worst first: what needs a person before what may pass.</summary>
    private static readonly string[] Waiting =
    [
        "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
        "CrashLoopBackOff",
    ];

    public static bool IsKnown(string reason) => reason == "Unschedulable" || Array.IndexOf(Waiting, reason) >= 0;

    /// <summary>The worst problem of the pods; null: none of them tells one.</summary>
    public static (string Reason, string Message)? Worst(IEnumerable<JsonObject> pods)
    {
        var problems = pods.Select(Of).OfType<Problem>().OrderBy(p => p.Severity).ToList();
        if (problems.Count == 0)
        {
            return null;
        }

        var worst = problems[0];
        var more = problems.Count(p => p.Reason == worst.Reason) - 1;
        return (worst.Reason, more == 0 ? worst.Message : $"{worst.Message} (and {more} more pods)");
    }

    private static Problem? Of(JsonObject pod)
    {
        var name = pod["metadata"]?["name"]?.ToString() ?? "?";
        var status = pod["status"] as JsonObject;
        if (status is null || pod["metadata"]?["deletionTimestamp"] is not null)
        {
            return null;
        }

        var containers = Containers(status).Select(c => OfContainer(name, c)).OfType<Problem>().OrderBy(p => p.Severity).FirstOrDefault();
        var scheduled = Conditions.FindFalse(pod, "PodScheduled");
        return containers ?? (scheduled is { Reason: "Unschedulable" }
            ? new Problem(Waiting.Length, "Unschedulable", $"pod {name}: {scheduled.Message}")
            : null);
    }

    private static IEnumerable<JsonObject> Containers(JsonObject status) =>
        (status["initContainerStatuses"] as JsonArray ?? []).Concat(status["containerStatuses"] as JsonArray ?? []).OfType<JsonObject>();

    private static Problem? OfContainer(string pod, JsonObject container)
    {
        var waiting = container["state"]?["waiting"];
        var severity = Array.IndexOf(Waiting, waiting?["reason"]?.ToString());
        if (severity < 0)
        {
            return null;
        }

        var ended = container["lastState"]?["terminated"];
        var exit = ended?["exitCode"] is { } code ? $" (last exit code {code}{(ended["reason"] is { } why ? $", {why}" : "")}, {container["restartCount"]} restarts)" : "";

        // The kubelet's sentence about a crash only repeats the names, with uids in it; how it ended is what helps.
        var said = Waiting[severity] == "CrashLoopBackOff" ? "crashes again and again" : waiting!["message"]?.ToString() ?? Waiting[severity];
        return new Problem(severity, Waiting[severity], $"pod {pod}, container {container["name"]}: {said}{exit}");
    }

    private sealed record Problem(int Severity, string Reason, string Message);
}
