using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.StatefulSets;

/// <summary>
/// Pods name-0, name-1, ... in order (or all at once with Parallel), removed from the highest, updated from the highest down to the
/// partition, one at a time, each waiting for the one before to be available. A pod's volume claims stay when it goes.
/// </summary>
internal sealed class StatefulSetController(ControlContext context) : Controller(context)
{
    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "apps", Plural: "statefulsets" } && change.Type != ChangeType.Deleted)
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "", Plural: "pods" } && change.Object.ControlledBy("StatefulSet") is { } owner)
        {
            Enqueue(new ObjectKey("apps", "statefulsets", change.Key.Namespace, owner));
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } set || set.Spec("template") is not JsonObject)
        {
            return null;
        }

        var spec = StatefulSetSpec.Read(set);
        var update = Revisions.Current(Context, set);
        var current = JsonTree.Text(set.Status("currentRevision")) is { Length: > 0 } known ? known : update;
        if (!set.IsDeleting())
        {
            Advance(set, spec, PodsOf(set), current, update);
        }

        var pods = PodsOf(set);
        WriteStatus(key, set, spec, pods, current, update);
        return Pods.NextAvailable(pods.Values, spec.MinReadySeconds, Clock.GetUtcNow());
    }

    /// <summary>The next step, or as many as Parallel allows; nothing while the set waits for a pod.</summary>
    private void Advance(JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods, string current, string update)
    {
        if (!Context.IsOpen(set.NamespaceOf()) || !Fill(set, spec, pods, current, update) || !Trim(spec, pods) || spec.OnDelete)
        {
            return;
        }

        for (var ordinal = spec.End - 1; ordinal >= Math.Max(spec.Start, spec.Partition); ordinal--)
        {
            if (!pods.TryGetValue(ordinal, out var pod))
            {
                return;
            }

            if (StatefulPod.Revision(pod) != update)
            {
                Store.Delete(Pods.Key(pod), pod.UidOf());
                return;
            }

            if (!IsHealthy(pod, spec))
            {
                return;
            }
        }
    }

    private bool Fill(JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods, string current, string update)
    {
        for (var ordinal = spec.Start; ordinal < spec.End; ordinal++)
        {
            if (pods.TryGetValue(ordinal, out var pod) && Pods.IsFinished(pod))
            {
                Store.Delete(Pods.Key(pod), pod.UidOf());
                pods.Remove(ordinal);
                pod = null;
            }

            if (pod is null)
            {
                var revision = ordinal < spec.Partition ? current : update;
                var template = Revisions.Template(Context, set, revision) ?? (JsonObject)set.Spec("template")!;
                StatefulPod.Create(Context, set, ordinal, revision, template);
            }

            // A pod of an old revision that never gets healthy must not stop the update that would heal it.
            if (!spec.Parallel && (pod is null || (!IsHealthy(pod, spec) && StatefulPod.Revision(pod) == update)))
            {
                return false;
            }
        }

        return true;
    }

    private bool Trim(StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods)
    {
        var condemned = pods.Where(p => p.Key < spec.Start || p.Key >= spec.End).OrderByDescending(p => p.Key).ToList();
        foreach (var (_, pod) in condemned.Take(spec.Parallel ? condemned.Count : 1))
        {
            Store.Delete(Pods.Key(pod), pod.UidOf());
        }

        return condemned.Count == 0;
    }

    private bool IsHealthy(JsonObject pod, StatefulSetSpec spec) => Pods.IsActive(pod) && Pods.IsAvailable(pod, spec.MinReadySeconds, Clock.GetUtcNow());

    private SortedDictionary<int, JsonObject> PodsOf(JsonObject set) =>
        new(Index.Owned(set.UidOf(), "pods").Where(p => StatefulPod.Ordinal(set, p) >= 0).ToDictionary(p => StatefulPod.Ordinal(set, p)));

    private void WriteStatus(ObjectKey key, JsonObject set, StatefulSetSpec spec, SortedDictionary<int, JsonObject> pods, string current, string update)
    {
        var now = Clock.GetUtcNow();
        List<JsonObject> active = [.. pods.Values.Where(Pods.IsActive)];
        var updated = active.Count(p => StatefulPod.Revision(p) == update);
        var ready = active.Count(Pods.IsReady);
        if (!spec.OnDelete && updated == active.Count && ready == active.Count && active.Count == spec.Replicas)
        {
            current = update;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = set.GenerationOf(),
            ["replicas"] = (long)active.Count,
            ["readyReplicas"] = (long)ready,
            ["availableReplicas"] = (long)active.Count(p => Pods.IsAvailable(p, spec.MinReadySeconds, now)),
            ["currentReplicas"] = (long)active.Count(p => StatefulPod.Revision(p) == current),
            ["updatedReplicas"] = (long)updated,
            ["currentRevision"] = current,
            ["updateRevision"] = update,
            ["collisionCount"] = 0L,
        };
        if (!JsonNode.DeepEquals(status, set.StatusOf()))
        {
            Store.Update(
                key,
                s =>
                {
                    s["status"] = status;
                    return s;
                },
                status: true);
        }
    }
}
