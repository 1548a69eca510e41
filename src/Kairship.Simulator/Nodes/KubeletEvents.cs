using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;

namespace Kairship.Simulator.Nodes;

/// <summary>What a kubelet says of the containers of its pods.</summary>
internal sealed class KubeletEvents(EventRecorder recorder)
{
    private const string Component = "kubelet";

    public void Changed(JsonObject pod, ContainerRun container, bool init)
    {
        switch (container.State)
        {
            case ContainerState.Running when container.Ready || init:
                Say(pod, container, init, "Normal", "Pulled", $"Container image \"{container.Image}\" already present on machine");
                Say(pod, container, init, "Normal", "Created", $"Created container: {container.Name}");
                Say(pod, container, init, "Normal", "Started", $"Started container {container.Name}");
                break;
            case ContainerState.Running when container.Due == long.MaxValue:
                Say(pod, container, init, "Warning", "Unhealthy", "Readiness probe failed: the pod is told to stay unready");
                break;
            case ContainerState.PullFailed:
                Say(pod, container, init, "Normal", "Pulling", $"Pulling image \"{container.Image}\"");
                Say(pod, container, init, "Warning", "Failed", $"Failed to pull image \"{container.Image}\": {PodStatus.PullError(container.Image)}");
                Say(pod, container, init, "Warning", "Failed", "Error: ErrImagePull");
                break;
            case ContainerState.PullBackOff:
                Say(pod, container, init, "Normal", "BackOff", $"Back-off pulling image \"{container.Image}\"");
                Say(pod, container, init, "Warning", "Failed", "Error: ImagePullBackOff");
                break;
            case ContainerState.CrashBackOff:
                Say(pod, container, init, "Warning", "BackOff", $"Back-off restarting failed container {container.Name} in pod {pod.NameOf()}_{pod.NamespaceOf()}({pod.UidOf()})");
                break;
        }
    }

    public void Killing(JsonObject pod, PodRun run)
    {
        foreach (var container in run.Mains.Where(c => c.State == ContainerState.Running))
        {
            Say(pod, container, init: false, "Normal", "Killing", $"Stopping container {container.Name}");
        }
    }

    private void Say(JsonObject pod, ContainerRun container, bool init, string type, string reason, string message) =>
        recorder.Record(pod, type, reason, message, Component, fieldPath: $"spec.{(init ? "initContainers" : "containers")}{{{container.Name}}}");
}
