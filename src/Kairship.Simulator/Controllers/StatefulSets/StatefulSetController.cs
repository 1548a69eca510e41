using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.StatefulSets;

/// <summary>
/// Pods name-0, name-1, ... in order (or all at once with Parallel), removed from the highest, updated from the highest down to the partition, one
/// at a time (stateful_set_control.go). As in Kubernetes, an ordered set waits for a pod that never gets healthy, even for an update that would heal
/// it: somebody has to delete that pod. A pod's volume claims stay when it goes, unless the set says otherwise.
/// </summary>
internal sealed class StatefulSetController(ControlContext context) : Controller(context)
{
    private const string Component = "statefulset-controller";

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "apps", Plural: "statefulsets" } && change.Type != ChangeType.Deleted)
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "", Plural: "pods" })
        {
            if (change.Object.ControlledBy("StatefulSet") is { } owner)
            {
                Enqueue(new ObjectKey("apps", "statefulsets", change.Key.Namespace, owner));
            }
            else if (change.Type != ChangeType.Deleted && change.Object.ControllerRef() is null && change.Object.LabelsOf() is { Count: > 0 })
            {
                Enqueue(change.Key);
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key.Plural == "pods")
        {
            FindHome(key);
            return null;
        }

        if (Store.Get(key) is not { } set || set.Spec("template") is not JsonObject)
        {
            return null;
        }

        var spec = StatefulSetSpec.Read(set);
        var update = Revisions.Current(Context, set);
        var current = JsonTree.Text(set.Status("currentRevision")) is { Length: > 0 } known ? known : update;
        if (!set.IsDeleting() && Context.IsOpen(key.Namespace))
        {
            Advance(set, spec, PodsOf(set), current, update);
        }

        var pods = PodsOf(set);
        var status = StatefulSetStatus.Of(set, spec, [.. pods.Values], (current, update), Clock.GetUtcNow());
        WriteStatus(key, set, status);

        return Pods.NextAvailable(pods.Values, spec.MinReadySeconds, Clock.GetUtcNow());
    }

    private void FindHome(ObjectKey key)
    {
        if (Store.Get(key) is not { } pod || pod.ControllerRef() is not null)
        {
            return;
        }

        foreach (var name in Claims.Candidates(Store, pod, "apps", "statefulsets"))
        {
            var set = new ObjectKey("apps", "statefulsets", key.Namespace, name);
            if (Store.Get(set) is { } found && StatefulPod.Ordinal(found, pod) >= 0)
            {
                Enqueue(set);
            }
        }
    }

    /// <summary>The next step, or as many as Parallel allows; nothing while the set waits for a pod.</summary>
    private void Advance(JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods, string current, string update)
    {
        if (Fill(set, spec, pods, current, update) && Trim(set, spec, pods) && !spec.OnDelete)
        {
            Roll(set, spec, pods, update);
        }
    }

    private bool Fill(JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods, string current, string update)
    {
        for (var ordinal = spec.Start; ordinal < spec.End; ordinal++)
        {
            if (pods.TryGetValue(ordinal, out var pod) && Pods.IsFinished(pod) && !pod.IsDeleting())
            {
                Context.Events.Record(
                    set, "Warning", "RecreatingFailedPod", $"StatefulSet {set.NamespaceOf()}/{set.NameOf()} is recreating failed Pod {pod.NameOf()}", Component);
                Remove(set, pod);
                pods.Remove(ordinal);
                pod = null;
            }

            if (pod is null)
            {
                var revision = ordinal < spec.Partition ? current : update;
                StatefulPod.Create(Context, set, ordinal, revision, Revisions.Template(Context, set, revision) ?? (JsonObject)set.Spec("template")!);
            }

            if (!spec.Parallel && (pod is null || !IsHealthy(pod, spec)))
            {
                return false;
            }
        }

        return true;
    }

    private bool Trim(JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods)
    {
        var condemned = pods.Where(p => p.Key < spec.Start || p.Key >= spec.End).OrderByDescending(p => p.Key).Select(p => p.Value).ToList();
        foreach (var pod in condemned)
        {
            if (pod.IsDeleting())
            {
                if (!spec.Parallel)
                {
                    return false;
                }

                continue;
            }

            StatefulPod.Bequeath(Context, set, pod);
            Remove(set, pod);
            if (!spec.Parallel)
            {
                return false;
            }
        }

        return true;
    }

    private void Roll(JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods, string update)
    {
        for (var ordinal = spec.End - 1; ordinal >= Math.Max(spec.Start, spec.Partition); ordinal--)
        {
            if (!pods.TryGetValue(ordinal, out var pod))
            {
                return;
            }

            if (StatefulPod.Revision(pod) != update && !pod.IsDeleting())
            {
                Remove(set, pod);
                return;
            }

            if (!IsHealthy(pod, spec))
            {
                return;
            }
        }
    }

    private void Remove(JsonObject set, JsonObject pod)
    {
        if (Store.Delete(Pods.Key(pod), pod.UidOf()))
        {
            Context.Events.Record(set, "Normal", "SuccessfulDelete", $"delete Pod {pod.NameOf()} in StatefulSet {set.NameOf()} successful", Component);
        }
    }

    private bool IsHealthy(JsonObject pod, StatefulSetSpec spec) => Pods.IsActive(pod) && Pods.IsAvailable(pod, spec.MinReadySeconds, Clock.GetUtcNow());

    private SortedDictionary<int, JsonObject> PodsOf(JsonObject set) =>
        new(Claims.Of(Context, set, "", "pods", p => StatefulPod.Ordinal(set, p) >= 0).Where(p => StatefulPod.Ordinal(set, p) >= 0).ToDictionary(p => StatefulPod.Ordinal(set, p)));
}
