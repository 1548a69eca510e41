using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.ReplicaSets;

/// <summary>Keeps as many active pods as spec.replicas says and counts them in the status.</summary>
internal sealed class ReplicaSetController(ControlContext context) : Controller(context)
{
    private const string Group = "apps";
    private const string Plural = "replicasets";
    private const string Component = "replicaset-controller";

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: Group, Plural: Plural })
        {
            if (change.Type != ChangeType.Deleted)
            {
                Enqueue(change.Key);
            }
        }
        else if (change.Key is { Group: "", Plural: "pods" })
        {
            Notify(change.Object);
            if (change.Old is not null && change.Old.ControllerRef() is not null && change.Object.ControllerRef() is null)
            {
                Notify(change.Old);
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

        if (Store.Get(key) is not { } set)
        {
            return null;
        }

        var pods = Claims.Of(Context, set, "", "pods").FindAll(Pods.IsActive);
        if (!set.IsDeleting())
        {
            var difference = set.Spec("replicas").Int(1) - pods.Count;
            if (difference > 0)
            {
                Grow(set, difference);
            }
            else if (difference < 0)
            {
                Shrink(set, pods, -difference);
            }

            if (difference != 0)
            {
                pods = Index.Owned(set.UidOf(), "pods").FindAll(Pods.IsActive);
            }
        }

        return Report(key, set, pods);
    }

    private void Notify(JsonObject pod)
    {
        if (pod.ControlledBy("ReplicaSet") is { } owner)
        {
            Enqueue(new ObjectKey(Group, Plural, pod.NamespaceOf(), owner));
        }
        else if (pod.ControllerRef() is null)
        {
            Enqueue(Pods.Key(pod));
        }
    }

    private void FindHome(ObjectKey key)
    {
        if (Store.Get(key) is { } pod && pod.ControllerRef() is null && pod.LabelsOf() is { Count: > 0 })
        {
            foreach (var name in Claims.Candidates(Store, pod, Group, Plural))
            {
                Enqueue(new ObjectKey(Group, Plural, key.Namespace, name));
            }
        }
    }

    private void Grow(JsonObject set, int count)
    {
        if (!Context.IsOpen(set.NamespaceOf()) || set.Spec("template") is not JsonObject template)
        {
            return;
        }

        var pod = Pods.FromTemplate(set, template);
        for (var i = 0; i < count; i++)
        {
            var name = Pods.CreateWithSuffix(Context, set, pod);
            Context.Events.Record(set, "Normal", "SuccessfulCreate", $"Created pod: {name}", Component);
        }
    }

    private void Shrink(JsonObject set, List<JsonObject> pods, int count)
    {
        foreach (var victim in PodRanking.Victims(pods, count, set.Spec("minReadySeconds").Int(), Clock.GetUtcNow()))
        {
            if (Store.Delete(Pods.Key(victim), victim.UidOf()))
            {
                Context.Events.Record(set, "Normal", "SuccessfulDelete", $"Deleted pod: {victim.NameOf()}", Component);
            }
        }
    }

    private TimeSpan? Report(ObjectKey key, JsonObject set, List<JsonObject> pods)
    {
        var now = Clock.GetUtcNow();
        var minReady = set.Spec("minReadySeconds").Int();
        var wanted = JsonTree.At(set, "spec", "template", "metadata", "labels") as JsonObject ?? [];
        var status = new JsonObject { ["replicas"] = (long)pods.Count };
        ObjectReading.Put(status, "fullyLabeledReplicas", pods.Count(p => LabelSelector.MatchesMap(wanted, p.LabelsOf())));
        ObjectReading.Put(status, "readyReplicas", pods.Count(Pods.IsReady));
        ObjectReading.Put(status, "availableReplicas", pods.Count(p => Pods.IsAvailable(p, minReady, now)));
        status["observedGeneration"] = set.GenerationOf();
        WriteStatus(key, set, status);

        return Pods.NextAvailable(pods, minReady, now);
    }
}
