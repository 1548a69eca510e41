using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// The kubelets of all nodes: a bound pod is created, then after its time ready, finished or failing as it is told. A fault set or
/// cleared later moves the pods that run already.
/// </summary>
internal sealed class Kubelet(ControlContext context) : Controller(context)
{
    private const int MostRestarts = 20;
    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, PodRun> _runs = new(StringComparer.Ordinal);
    private int _addresses;

    public override void Observe(ObjectChange change)
    {
        if (change.Key is not { Group: "", Plural: "pods" })
        {
            if (change.Key is { Group: "", Plural: "nodes" } && change.Type == ChangeType.Deleted)
            {
                Enqueue(change.Key);
            }
        }
        else if (change.Type == ChangeType.Deleted)
        {
            _runs.TryRemove(change.Object.UidOf(), out _);
        }
        else if (JsonTree.Text(change.Object.Spec("nodeName")) is { Length: > 0 } && IsNews(change))
        {
            Enqueue(change.Key);
        }
    }

    public override void FaultsChanged()
    {
        foreach (var run in _runs.Values)
        {
            Enqueue(run.Key);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key.Plural == "nodes")
        {
            Evacuate(key);
            return null;
        }

        if (Store.Get(key) is not { } pod || Pods.IsFinished(pod) || JsonTree.Text(pod.Spec("nodeName")) is not { Length: > 0 } node)
        {
            return null;
        }

        var readyAfter = PodBehaviour.ReadyAfter(pod, Context.Options.PodReadyAfter);
        if (!_runs.TryGetValue(pod.UidOf(), out var run))
        {
            _runs[pod.UidOf()] = run = new PodRun(key, NextAddress()) { Due = Clock.GetTimestamp() + Ticks(readyAfter) };
            var hostIp = HostIp(node);
            Store.Update(
                key,
                p =>
                {
                    PodStatus.Creating(p, hostIp, Clock.Stamp());
                    return p;
                },
                status: true);
        }

        var left = Clock.GetElapsedTime(Clock.GetTimestamp(), run.Due);
        return left > TimeSpan.Zero ? left : Advance(key, pod, run, readyAfter);
    }

    private TimeSpan? Advance(ObjectKey key, JsonObject pod, PodRun run, TimeSpan readyAfter)
    {
        var fault = PodBehaviour.FaultOf(pod, Context.Faults);
        if (run.Applied is { } applied && applied == fault && fault != PodFault.CrashLoopBackOff)
        {
            return null;
        }

        // What was pulled stays pulled: only pods that never started can fail to pull.
        if (fault == PodFault.ImagePullBackOff && run.Applied is PodFault.None or PodFault.Unready)
        {
            return null;
        }

        if (fault == PodFault.None && run.Applied is not null and not PodFault.None && !run.Recovering)
        {
            run.Recovering = true;
            run.Due = Clock.GetTimestamp() + Ticks(readyAfter);
            return readyAfter;
        }

        run.Recovering = false;
        run.Applied = fault;
        return Write(key, pod, run, fault);
    }

    private TimeSpan? Write(ObjectKey key, JsonObject pod, PodRun run, PodFault fault)
    {
        var now = Clock.Stamp();
        var policy = JsonTree.Text(pod.Spec("restartPolicy")) ?? "Always";
        if (fault == PodFault.CrashLoopBackOff && policy != "Never")
        {
            return Crash(key, pod, run, now);
        }

        var image = JsonTree.Text(pod.Spec("containers").Items().FirstOrDefault()?["image"]) ?? "";
        Store.Update(
            key,
            p =>
            {
                switch (fault)
                {
                    case PodFault.ImagePullBackOff:
                        PodStatus.NotPulled(p, image, now);
                        break;
                    case PodFault.CrashLoopBackOff:
                        PodStatus.Finished(p, run.Ip, succeeded: false, now);
                        break;
                    case PodFault.None when policy != "Always":
                        PodStatus.Finished(p, run.Ip, succeeded: true, now);
                        break;
                    default:
                        PodStatus.Running(p, run.Ip, ready: fault == PodFault.None, run.Restarts, now);
                        break;
                }

                return p;
            },
            status: true);
        if (fault == PodFault.ImagePullBackOff)
        {
            Tell(pod, "Failed", $"Failed to pull image \"{image}\": not found");
        }
        else if (fault == PodFault.Unready)
        {
            Tell(pod, "Unhealthy", "Readiness probe failed: the pod is told to stay unready");
        }

        return null;
    }

    private TimeSpan? Crash(ObjectKey key, JsonObject pod, PodRun run, string now)
    {
        if (run.Restarts >= MostRestarts)
        {
            return null;
        }

        run.Restarts++;
        run.Due = Clock.GetTimestamp() + Ticks(BackOff);
        Store.Update(
            key,
            p =>
            {
                PodStatus.Crashed(p, run.Ip, run.Restarts, now);
                return p;
            },
            status: true);
        Tell(pod, "BackOff", $"Back-off restarting failed container in pod {pod.NameOf()}_{pod.NamespaceOf()}");
        return BackOff;
    }

    private void Tell(JsonObject pod, string reason, string message) => Context.Events.Record(pod, "Warning", reason, message, "kubelet");

    /// <summary>The pods of a node that is gone are gone.</summary>
    private void Evacuate(ObjectKey node)
    {
        if (Store.Get(node) is null)
        {
            foreach (var pod in Store.List("", "pods").Where(p => JsonTree.Text(p.Spec("nodeName")) == node.Name))
            {
                Store.Delete(Pods.Key(pod), pod.UidOf());
            }
        }
    }

    private string HostIp(string node) =>
        Store.Get(new ObjectKey("", "nodes", null, node))?.Status("addresses").Items().Select(a => JsonTree.Text(a["address"])).FirstOrDefault() ?? "10.99.0.1";

    private string NextAddress()
    {
        var n = ++_addresses;
        return $"10.{64 + ((n >> 16) & 63)}.{(n >> 8) & 255}.{n & 255}";
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Clock.TimestampFrequency);

    // The status is the kubelet's own writing and no news to it.
    private static bool IsNews(ObjectChange change) =>
        change.Old is null
        || change.Object.GenerationOf() != change.Old.GenerationOf()
        || change.Object.Annotation(PodBehaviour.FailAnnotation) != change.Old.Annotation(PodBehaviour.FailAnnotation)
        || change.Object.Annotation(PodBehaviour.ReadyAfterAnnotation) != change.Old.Annotation(PodBehaviour.ReadyAfterAnnotation);

    private sealed class PodRun(ObjectKey key, string ip)
    {
        public ObjectKey Key { get; } = key;

        public string Ip { get; } = ip;

        public long Due { get; set; }

        public int Restarts { get; set; }

        public PodFault? Applied { get; set; }

        public bool Recovering { get; set; }
    }
}
