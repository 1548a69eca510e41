using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Writes the status of a pod as a kubelet does.</summary>
internal static class PodStatus
{
    /// <summary>Containers are being created: bound, no address yet.</summary>
    public static void Creating(JsonObject pod, string hostIp, string now)
    {
        var status = JsonTree.Child(pod, "status");
        status["phase"] = "Pending";
        status["hostIP"] = hostIp;
        status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = hostIp });
        status["startTime"] = now;
        var waiting = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } };
        Containers(pod, ready: false, started: false, restarts: 0, waiting, last: null);
        Conditions(pod, ready: false, done: false, now);
    }

    public static void Running(JsonObject pod, string ip, bool ready, int restarts, string now)
    {
        Address(pod, "Running", ip);
        Containers(pod, ready, started: true, restarts, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } }, last: null);
        Conditions(pod, ready, done: false, now);
    }

    public static void NotPulled(JsonObject pod, string image, string now)
    {
        var status = JsonTree.Child(pod, "status");
        status["phase"] = "Pending";
        var waiting = new JsonObject
        {
            ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = $"Back-off pulling image \"{image}\"" },
        };
        Containers(pod, ready: false, started: false, restarts: 0, waiting, last: null);
        Conditions(pod, ready: false, done: false, now);
    }

    public static void Crashed(JsonObject pod, string ip, int restarts, string now)
    {
        Address(pod, "Running", ip);
        var name = JsonTree.Text(pod.Spec("containers").Items().FirstOrDefault()?["name"]);
        var waiting = new JsonObject
        {
            ["waiting"] = new JsonObject
            {
                ["reason"] = "CrashLoopBackOff",
                ["message"] = $"back-off 5s restarting failed container={name} pod={pod.NameOf()}_{pod.NamespaceOf()}({pod.UidOf()})",
            },
        };
        Containers(pod, ready: false, started: false, restarts, waiting, Terminated(1, "Error", now));
        Conditions(pod, ready: false, done: false, now);
    }

    /// <summary>The pod has ended and stays so.</summary>
    public static void Finished(JsonObject pod, string ip, bool succeeded, string now)
    {
        Address(pod, succeeded ? "Succeeded" : "Failed", ip);
        var state = succeeded ? Terminated(0, "Completed", now) : Terminated(1, "Error", now);
        Containers(pod, ready: false, started: false, restarts: 0, state, last: null);
        Conditions(pod, ready: false, done: true, now);
    }

    private static JsonObject Terminated(int exitCode, string reason, string now) => new()
    {
        ["terminated"] = new JsonObject { ["exitCode"] = (long)exitCode, ["reason"] = reason, ["startedAt"] = now, ["finishedAt"] = now },
    };

    private static void Address(JsonObject pod, string phase, string ip)
    {
        var status = JsonTree.Child(pod, "status");
        status["phase"] = phase;
        status["podIP"] = ip;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
        if (pod.Spec("initContainers").Items().Any())
        {
            var done = Terminated(0, "Completed", JsonTree.Text(status["startTime"]) ?? "");
            status["initContainerStatuses"] = new JsonArray(
                [.. pod.Spec("initContainers").Items().Select(c => Container(pod, c, ready: true, started: false, restarts: 0, done, last: null))]);
        }
    }

    private static void Containers(JsonObject pod, bool ready, bool started, int restarts, JsonObject state, JsonObject? last) =>
        JsonTree.Child(pod, "status")["containerStatuses"] =
            new JsonArray([.. pod.Spec("containers").Items().Select(c => Container(pod, c, ready, started, restarts, state, last))]);

    private static JsonObject Container(JsonObject pod, JsonObject container, bool ready, bool started, int restarts, JsonObject state, JsonObject? last)
    {
        var image = JsonTree.Text(container["image"]) ?? "";
        var name = JsonTree.Text(container["name"]) ?? "";
        var pulled = state["waiting"] is null || last is not null;
        return new JsonObject
        {
            ["name"] = name,
            ["image"] = image,
            ["imageID"] = pulled ? "fake://" + image : "",
            ["containerID"] = pulled ? $"fake://{pod.UidOf()}/{name}" : "",
            ["ready"] = ready,
            ["started"] = started,
            ["restartCount"] = (long)restarts,
            ["state"] = JsonTree.Copy(state),
            ["lastState"] = last is null ? new JsonObject() : JsonTree.Copy(last),
        };
    }

    private static void Conditions(JsonObject pod, bool ready, bool done, string now)
    {
        var status = JsonTree.Child(pod, "status");
        var started = status["podIP"] is not null;
        var (notReady, why) = done ? ("PodCompleted", null) : ("ContainersNotReady", Unready(pod));
        ObjectReading.SetCondition(status, "PodReadyToStartContainers", started && !done ? "True" : "False", now);
        ObjectReading.SetCondition(status, "Initialized", "True", now, done ? "PodCompleted" : null);
        ObjectReading.SetCondition(status, "ContainersReady", ready ? "True" : "False", now, ready ? null : notReady, ready ? null : why);
        ObjectReading.SetCondition(status, "Ready", ready ? "True" : "False", now, ready ? null : notReady, ready ? null : why);
        ObjectReading.SetCondition(status, "PodScheduled", "True", now);
    }

    private static string Unready(JsonObject pod) =>
        $"containers with unready status: [{string.Join(' ', pod.Spec("containers").Items().Select(c => JsonTree.Text(c["name"])))}]";
}
