using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Writes the status of a pod as its kubelet does.</summary>
internal static class PodStatus
{
    public static void Write(JsonObject pod, PodRun run, string now)
    {
        var status = JsonTree.Child(pod, "status");
        status["phase"] = run.Phase;
        status["hostIP"] = run.HostIp;
        status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = run.HostIp });
        status["startTime"] ??= now;
        if (run.HasStarted)
        {
            status["podIP"] = run.Ip;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = run.Ip });
        }

        if (run.Inits.Count > 0)
        {
            status["initContainerStatuses"] = new JsonArray([.. run.Inits.Select(c => Container(pod, run, c, init: true))]);
        }

        status["containerStatuses"] = new JsonArray([.. run.Mains.Select(c => Container(pod, run, c, init: false))]);
        Conditions(pod, run, now);
    }

    /// <summary>The Ready condition alone: containers as they are, and the pod's readiness gates.</summary>
    public static void Ready(JsonObject pod, bool containers, string now, string? reason, string? message)
    {
        var status = JsonTree.Child(pod, "status");
        if (containers && Gate(pod) is { } closed)
        {
            ObjectReading.SetCondition(status, "Ready", "False", now, "ReadinessGatesNotReady", closed);
        }
        else
        {
            ObjectReading.SetCondition(status, "Ready", containers ? "True" : "False", now, reason, message);
        }
    }

    private static void Conditions(JsonObject pod, PodRun run, string now)
    {
        var status = JsonTree.Child(pod, "status");
        var done = run.Phase is "Succeeded" or "Failed";
        var ready = run.Mains.All(c => c.Ready);
        var (reason, message) = run.Phase switch
        {
            "Succeeded" => ("PodCompleted", null),
            "Failed" => ("PodFailed", null),
            _ => ready ? (null, null) : ("ContainersNotReady", $"containers with unready status: [{Names(run.Mains.Where(c => !c.Ready))}]"),
        };
        ObjectReading.SetCondition(status, "PodReadyToStartContainers", run.HasStarted && !done ? "True" : "False", now);
        if (run.Initialized)
        {
            ObjectReading.SetCondition(status, "Initialized", "True", now, run.Phase == "Succeeded" ? "PodCompleted" : null);
        }
        else
        {
            var missing = run.Inits.Where(c => c is not { State: ContainerState.Ended, ExitCode: 0 });
            ObjectReading.SetCondition(status, "Initialized", "False", now, "ContainersNotInitialized", $"containers with incomplete status: [{Names(missing)}]");
        }

        ObjectReading.SetCondition(status, "ContainersReady", ready ? "True" : "False", now, reason, message);
        Ready(pod, ready, now, reason, message);
        ObjectReading.SetCondition(status, "PodScheduled", "True", now);
    }

    /// <summary>What the first closed readiness gate says; null when all are open.</summary>
    private static string? Gate(JsonObject pod)
    {
        foreach (var gate in pod.Spec("readinessGates").Items().Select(g => JsonTree.Text(g["conditionType"]) ?? ""))
        {
            var condition = pod.Condition(gate);
            if (condition is null)
            {
                return $"corresponding condition of pod readiness gate \"{gate}\" does not exist.";
            }

            if (JsonTree.Text(condition["status"]) is var value && value != "True")
            {
                return $"the status of pod readiness gate \"{gate}\" is not \"True\", but {value}";
            }
        }

        return null;
    }

    private static JsonObject Container(JsonObject pod, PodRun run, ContainerRun container, bool init)
    {
        var id = $"fake://{pod.UidOf()}/{container.Name}";
        var state = State(pod, run, container, init);
        if (state["terminated"] is JsonObject ended)
        {
            ended["containerID"] = id;
        }

        var last = new JsonObject();
        if (container is { State: not ContainerState.Ended, LastEnd: { } end })
        {
            last["terminated"] = JsonTree.Copy(end);
            last["terminated"]!["containerID"] = id;
        }

        return new JsonObject
        {
            ["name"] = container.Name,
            ["image"] = container.Image,
            ["imageID"] = container.HasRun ? "fake://" + container.Image : "",
            ["containerID"] = container.HasRun ? id : "",
            ["ready"] = container.Ready || (init && container is { State: ContainerState.Ended, ExitCode: 0 }),
            ["started"] = container.State == ContainerState.Running && (container.Ready || container.Due == long.MaxValue),
            ["restartCount"] = (long)container.Restarts,
            ["state"] = state,
            ["lastState"] = last,
        };
    }

    private static JsonObject State(JsonObject pod, PodRun run, ContainerRun container, bool init) => container.State switch
    {
        ContainerState.Running => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = container.StartedAt } },
        ContainerState.Ended => new JsonObject { ["terminated"] = JsonTree.Copy(container.LastEnd!) },
        ContainerState.PullFailed => Waiting("ErrImagePull", PullError(container.Image)),
        ContainerState.PullBackOff => Waiting("ImagePullBackOff", $"Back-off pulling image \"{container.Image}\": ErrImagePull: {PullError(container.Image)}"),
        ContainerState.CrashBackOff => Waiting(
            "CrashLoopBackOff",
            $"back-off {Duration(container.BackOff)} restarting failed container={container.Name} pod={pod.NameOf()}_{pod.NamespaceOf()}({pod.UidOf()})"),
        _ => Waiting(run.Inits.Count > 0 && (init || !run.Initialized) ? "PodInitializing" : "ContainerCreating", null),
    };

    public static string PullError(string image) =>
        $"rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found";

    /// <summary>As Go prints durations: 10s, 1m20s, 5m0s.</summary>
    private static string Duration(TimeSpan time) => time.TotalMinutes >= 1 ? $"{(int)time.TotalMinutes}m{time.Seconds}s" : $"{time.Seconds}s";

    private static JsonObject Waiting(string reason, string? message)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null)
        {
            waiting["message"] = message;
        }

        return new JsonObject { ["waiting"] = waiting };
    }

    private static string Names(IEnumerable<ContainerRun> containers) => string.Join(' ', containers.Select(c => c.Name));
}
