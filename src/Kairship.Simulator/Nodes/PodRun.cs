using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// One pod on its node: init containers one after the other, then the containers together. All of it takes the pod's time from bound to ready,
/// in equal parts; a pod with probes is seen running before it is ready.
/// </summary>
internal sealed class PodRun
{
    private readonly TimeProvider _clock;
    private bool _initialized;

    public PodRun(ObjectKey key, JsonObject pod, string ip, string hostIp, TimeProvider clock, TimeSpan readyAfter)
    {
        (Key, Ip, HostIp, _clock) = (key, ip, hostIp, clock);
        Inits = Runs(pod, "initContainers");
        Mains = Runs(pod, "containers");
        Pace = readyAfter / (Inits.Count + 1);
        var first = Inits.Count > 0 ? Inits[0] : null;
        if (first is null)
        {
            BeginMains(pod);
        }
        else
        {
            first.Begin(clock.Stamp());
            first.Due = At(Pace);
        }
    }

    public ObjectKey Key { get; }

    public string Ip { get; }

    public string HostIp { get; }

    public IReadOnlyList<ContainerRun> Inits { get; }

    public IReadOnlyList<ContainerRun> Mains { get; }

    /// <summary>What each part of the start takes.</summary>
    public TimeSpan Pace { get; }

    /// <summary>When the containers have ended after the pod was deleted; null while it is not.</summary>
    public long? EndDue { get; set; }

    /// <summary>All init containers are done.</summary>
    public bool Initialized => _initialized;

    /// <summary>Some container has run: the pod has an address.</summary>
    public bool HasStarted => Inits.Any(c => c.HasRun) || Mains.Any(c => c.HasRun);

    public string Phase
    {
        get
        {
            if (!_initialized)
            {
                return Inits.Any(c => c is { State: ContainerState.Ended, ExitCode: not 0 }) ? "Failed" : "Pending";
            }

            if (Mains.All(c => c.State == ContainerState.Ended))
            {
                return Mains.All(c => c.ExitCode == 0) ? "Succeeded" : "Failed";
            }

            return Mains.Any(c => c.State is ContainerState.Waiting or ContainerState.PullFailed or ContainerState.PullBackOff) ? "Pending" : "Running";
        }
    }

    /// <summary>Time until the next step; null for none.</summary>
    public TimeSpan? UntilNext()
    {
        var next = long.MaxValue;
        foreach (var container in Inits)
        {
            next = Math.Min(next, container.Due);
        }

        foreach (var container in Mains)
        {
            next = Math.Min(next, container.Due);
        }

        return next == long.MaxValue ? null : _clock.GetElapsedTime(_clock.GetTimestamp(), next);
    }

    /// <summary>Takes the steps that are due.</summary>
    /// <returns>The containers that changed.</returns>
    public IReadOnlyList<ContainerRun> Advance(JsonObject pod, ClusterFaults faults)
    {
        var changed = new List<ContainerRun>();
        if (!_initialized)
        {
            Initialize(pod, faults, changed);
        }

        if (_initialized)
        {
            ShowRunning(pod, faults, changed);
            foreach (var container in Mains)
            {
                if (IsDue(container) && container.Step(Context(pod, container, init: false, faults)))
                {
                    changed.Add(container);
                }
            }
        }

        return changed;
    }

    /// <summary>Takes over what the status says of a pod that ran before the cluster was started again.</summary>
    public void Restore(JsonObject pod)
    {
        _initialized = true;
        foreach (var (container, status) in Mains.Zip(pod.Status("containerStatuses").Items()))
        {
            container.Restore(status, _clock.GetTimestamp());
        }

        foreach (var (container, status) in Inits.Zip(pod.Status("initContainerStatuses").Items()))
        {
            container.Restore(status, _clock.GetTimestamp());
            container.Due = long.MaxValue;
        }
    }

    private void Initialize(JsonObject pod, ClusterFaults faults, List<ContainerRun> changed)
    {
        for (var i = 0; i < Inits.Count; i++)
        {
            var container = Inits[i];
            if (IsDone(pod, i))
            {
                continue;
            }

            if (_clock.GetTimestamp() < container.Due && container.State == ContainerState.Running)
            {
                return;
            }

            if (container.Step(Context(pod, container, init: true, faults)))
            {
                changed.Add(container);
            }

            if (!IsDone(pod, i))
            {
                return;
            }

            if (i + 1 < Inits.Count)
            {
                Inits[i + 1].Begin(_clock.Stamp());
                Inits[i + 1].Due = At(Pace);
                return;
            }
        }

        BeginMains(pod);
    }

    // A sidecar (an init container that is restarted always) is done as soon as it runs.
    private bool IsDone(JsonObject pod, int init) =>
        IsSidecar(pod, Inits[init].Name) ? Inits[init].Ready : Inits[init] is { State: ContainerState.Ended, ExitCode: 0 };

    private void BeginMains(JsonObject pod)
    {
        _initialized = true;
        foreach (var container in Mains)
        {
            container.Due = At(HasProbe(pod, container.Name) ? Pace / 2 : Pace);
        }
    }

    /// <summary>What has a probe runs for half of its time before it is ready.</summary>
    private void ShowRunning(JsonObject pod, ClusterFaults faults, List<ContainerRun> changed)
    {
        foreach (var container in Mains)
        {
            if (container.State == ContainerState.Waiting
                && HasProbe(pod, container.Name)
                && IsDue(container)
                && PodBehaviour.FateOf(pod, container.Image, init: false, faults).Fault == PodFault.None)
            {
                container.Begin(_clock.Stamp());
                container.Due = At(Pace / 2);
                changed.Add(container);
            }
        }
    }

    private bool IsDue(ContainerRun container) =>
        container.State != ContainerState.Waiting || _clock.GetTimestamp() >= container.Due;

    private StepContext Context(JsonObject pod, ContainerRun container, bool init, ClusterFaults faults)
    {
        var policy = JsonTree.Text(pod.Spec("restartPolicy")) ?? "Always";
        var sidecar = init && IsSidecar(pod, container.Name);
        return new StepContext(
            PodBehaviour.FateOf(pod, container.Image, init, faults),
            _clock.GetTimestamp(),
            _clock.Stamp(),
            Ends: init ? !sidecar : policy != "Always",
            Restarts: sidecar || policy != "Never",
            Pace,
            _clock);
    }

    private long At(TimeSpan after) => _clock.GetTimestamp() + (long)(after.TotalSeconds * _clock.TimestampFrequency);

    private static bool IsSidecar(JsonObject pod, string name) =>
        pod.Spec("initContainers").Items().Any(c => JsonTree.Text(c["name"]) == name && JsonTree.Text(c["restartPolicy"]) == "Always");

    private static bool HasProbe(JsonObject pod, string name) =>
        JsonTree.Text(pod.Spec("restartPolicy")) is null or "Always"
        && pod.Spec("containers").Items().Any(c => JsonTree.Text(c["name"]) == name && (c["readinessProbe"] is JsonObject || c["startupProbe"] is JsonObject));

    private static List<ContainerRun> Runs(JsonObject pod, string list) =>
        [.. pod.Spec(list).Items().Select(c => new ContainerRun(JsonTree.Text(c["name"]) ?? "", JsonTree.Text(c["image"]) ?? ""))];
}
