using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Tables;

/// <summary>What kubectl says of a pod: its phase, or the reason why a container waits or ended.</summary>
internal static class PodCells
{
    public static string Ready(JsonObject pod)
    {
        var ready = PodDefaults.Items(pod["status"]?["containerStatuses"]).Count(c => c["ready"]?.GetValue<bool>() == true);
        return $"{ready}/{PodDefaults.Items(pod["spec"]?["containers"]).Count()}";
    }

    public static string Restarts(JsonObject pod) =>
        PodDefaults.Items(pod["status"]?["containerStatuses"]).Sum(c => JsonTree.Number(c["restartCount"]) ?? 0).ToString();

    public static string Status(JsonObject pod)
    {
        if (pod["metadata"]!["deletionTimestamp"] is not null)
            return "Terminating";
        var reason = JsonTree.Text(pod["status"]?["reason"]) ?? JsonTree.Text(pod["status"]?["phase"]) ?? "Unknown";
        foreach (var container in PodDefaults.Items(pod["status"]?["containerStatuses"]).Reverse())
        {
            var state = container["state"];
            if (JsonTree.Text(state?["waiting"]?["reason"]) is { Length: > 0 } waiting)
                reason = waiting;
            else if (JsonTree.Text(state?["terminated"]?["reason"]) is { Length: > 0 } terminated)
                reason = terminated;
        }
        return reason;
    }
}
