using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>
/// The kubelets of all nodes: a bound pod is created, then after its time ready, finished or failing as it is told (<see cref="PodBehaviour"/>),
/// and when it is deleted ended within its grace period. A fault set or cleared later moves the pods that run already. A node that
/// is down does nothing of this.
/// </summary>
internal sealed class Kubelet(ControlContext context) : Controller(context)
{
    private readonly ConcurrentDictionary<string, PodRun> _runs = new(StringComparer.Ordinal);
    private readonly KubeletEvents _events = new(context.Events);
    private readonly PodAddresses _addresses = new();

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
        else if (NodeOf(change.Object) is not null && IsNews(change))
        {
            if (change.Old is null)
            {
                _addresses.Taken(JsonTree.Text(change.Object.Status("podIP")));
            }

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

        if (Store.Get(key) is not { } pod || NodeOf(pod) is not { } node || Context.Faults.IsDown(node))
        {
            return null;
        }

        if (pod.IsDeleting())
        {
            return End(key, pod);
        }

        if (Pods.IsFinished(pod))
        {
            return null;
        }

        var run = _runs.TryGetValue(pod.UidOf(), out var known) ? known : Admit(key, pod, node);
        var changed = run.Advance(pod, Context.Faults);
        if (changed.Count > 0 || pod.Spec("readinessGates") is not null || (run.Mains.All(c => c.Ready) && !Pods.IsReady(pod)))
        {
            Write(key, run);
            foreach (var container in changed)
            {
                _events.Changed(pod, container, run.Inits.Contains(container));
            }
        }

        return run.UntilNext();
    }

    private PodRun Admit(ObjectKey key, JsonObject pod, string node)
    {
        var before = JsonTree.Text(pod.Status("podIP")) is { Length: > 0 } ip ? ip : null;
        var run = new PodRun(key, pod, before ?? _addresses.Next(), HostIp(node), Clock, PodBehaviour.ReadyAfter(pod, Context.Options.PodReadyAfter));
        _runs[pod.UidOf()] = run;
        if (before is not null && Pods.Phase(pod) == "Running")
        {
            run.Restore(pod);
        }
        else
        {
            Write(key, run);
        }

        return run;
    }

    /// <summary>Containers are told to end and end by themselves, or are killed when the grace period is over; then the pod goes.</summary>
    private TimeSpan? End(ObjectKey key, JsonObject pod)
    {
        var grace = GracefulDeletion.Left(pod);
        if (grace == 0)
        {
            return null;
        }

        if (!_runs.TryGetValue(pod.UidOf(), out var run))
        {
            Store.Delete(key, pod.UidOf(), graceSeconds: 0);
            return null;
        }

        var time = PodBehaviour.EndsAfter(pod, Context.Options.PodEndsAfter);
        var limit = TimeSpan.FromSeconds(grace);
        var due = Clock.GetTimestamp() + Ticks(time < limit ? time : limit);
        if (run.EndDue is null)
        {
            _events.Killing(pod, run);
        }

        run.EndDue = Math.Min(run.EndDue ?? long.MaxValue, due);
        var left = Clock.GetElapsedTime(Clock.GetTimestamp(), run.EndDue.Value);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        if (run.HasStarted)
        {
            foreach (var container in run.Inits.Concat(run.Mains))
            {
                container.Stop(Clock.Stamp(), killed: time > limit);
            }

            Write(key, run);
        }

        Store.Delete(key, pod.UidOf(), graceSeconds: 0);
        return null;
    }

    private void Write(ObjectKey key, PodRun run) =>
        Store.Update(
            key,
            p =>
            {
                PodStatus.Write(p, run, Clock.Stamp());
                return p;
            },
            status: true);

    /// <summary>The pods of a node that is gone are gone.</summary>
    private void Evacuate(ObjectKey node)
    {
        if (Store.Get(node) is null)
        {
            foreach (var pod in Store.List("", "pods").Where(p => NodeOf(p) == node.Name))
            {
                Store.Delete(Pods.Key(pod), pod.UidOf(), graceSeconds: 0);
            }
        }
    }

    private string HostIp(string node) =>
        Store.Get(new ObjectKey("", "nodes", null, node))?.Status("addresses").Items().Select(a => JsonTree.Text(a["address"])).FirstOrDefault() ?? "10.99.0.1";

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Clock.TimestampFrequency);

    private static string? NodeOf(JsonObject pod) => JsonTree.Text(pod.Spec("nodeName")) is { Length: > 0 } node ? node : null;

    // The status is the kubelet's own writing and no news to it, but for readiness gates, which others open.
    private static bool IsNews(ObjectChange change) =>
        change.Old is null
        || change.Object.GenerationOf() != change.Old.GenerationOf()
        || PodBehaviour.Annotations.Any(a => change.Object.Annotation(a) != change.Old.Annotation(a))
        || (change.Object.Spec("readinessGates") is not null && !JsonNode.DeepEquals(change.Object.Status("conditions"), change.Old.Status("conditions")));
}
