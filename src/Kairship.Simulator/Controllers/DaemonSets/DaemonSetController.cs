using System.Text.Json.Nodes;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.DaemonSets;

/// <summary>One pod on each node that its selector and tolerations allow; updated within maxUnavailable. maxSurge is not simulated.</summary>
internal sealed class DaemonSetController(ControlContext context) : Controller(context)
{
    private static readonly ObjectKey All = new("apps", "daemonsets", null, "");

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "apps", Plural: "daemonsets" } && change.Type != ChangeType.Deleted)
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "", Plural: "pods" } && change.Object.ControlledBy("DaemonSet") is { } owner)
        {
            Enqueue(new ObjectKey("apps", "daemonsets", change.Key.Namespace, owner));
        }
        else if (change.Key is { Group: "", Plural: "nodes" })
        {
            Enqueue(All);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key == All)
        {
            foreach (var each in Store.List("apps", "daemonsets"))
            {
                Enqueue(new ObjectKey("apps", "daemonsets", each.NamespaceOf(), each.NameOf()));
            }

            return null;
        }

        if (Store.Get(key) is not { } set || set.Spec("template") is not JsonObject)
        {
            return null;
        }

        var revision = Revisions.Current(Context, set);
        var eligible = Eligible(set);
        if (!set.IsDeleting() && Context.IsOpen(key.Namespace))
        {
            Place(set, eligible, revision);
            Update(set, eligible, revision);
        }

        var pods = ByNode(set);
        WriteStatus(key, set, eligible, pods, revision);
        return Pods.NextAvailable(pods.Values, set.Spec("minReadySeconds").Int(), Clock.GetUtcNow());
    }

    private HashSet<string> Eligible(JsonObject set)
    {
        var probe = DaemonPod.New(set, "", "");
        return [.. Store.List("", "nodes").Select(NodeState.Of).Where(n => NodeFit.Placement(DaemonPod.For(probe, n.Name), n) is null).Select(n => n.Name)];
    }

    private void Place(JsonObject set, HashSet<string> eligible, string revision)
    {
        foreach (var pod in Index.Owned(set.UidOf(), "pods"))
        {
            if (Pods.IsFinished(pod) || !eligible.Contains(DaemonPod.NodeOf(pod)))
            {
                Store.Delete(Pods.Key(pod), pod.UidOf());
            }
        }

        var taken = ByNode(set);
        foreach (var node in eligible.Where(n => !taken.ContainsKey(n)))
        {
            Pods.CreateWithSuffix(Context, set, DaemonPod.New(set, node, revision));
        }
    }

    private void Update(JsonObject set, HashSet<string> eligible, string revision)
    {
        if (JsonTree.Text(set.Spec("updateStrategy", "type")) == "OnDelete")
        {
            return;
        }

        var (now, minReady) = (Clock.GetUtcNow(), set.Spec("minReadySeconds").Int());
        var pods = ByNode(set).Values.ToList();
        var allowed = Deployments.DeploymentSpec.Resolve(
            set.Spec("updateStrategy", "rollingUpdate", "maxUnavailable") ?? JsonValue.Create(1L), eligible.Count, roundUp: true);
        var unavailable = eligible.Count - pods.Count(p => Pods.IsAvailable(p, minReady, now));
        foreach (var pod in pods.Where(p => p.Label(Revisions.Label) != revision).OrderBy(p => Pods.IsAvailable(p, minReady, now)))
        {
            if (Pods.IsAvailable(pod, minReady, now) && unavailable++ >= Math.Max(1, allowed))
            {
                return;
            }

            Store.Delete(Pods.Key(pod), pod.UidOf());
        }
    }

    private Dictionary<string, JsonObject> ByNode(JsonObject set)
    {
        var pods = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var pod in Index.Owned(set.UidOf(), "pods").Where(Pods.IsActive))
        {
            pods[DaemonPod.NodeOf(pod)] = pod;
        }

        return pods;
    }

    private void WriteStatus(ObjectKey key, JsonObject set, HashSet<string> eligible, Dictionary<string, JsonObject> pods, string revision)
    {
        var (now, minReady) = (Clock.GetUtcNow(), set.Spec("minReadySeconds").Int());
        var wanted = pods.Where(p => eligible.Contains(p.Key)).Select(p => p.Value).ToList();
        var available = wanted.Count(p => Pods.IsAvailable(p, minReady, now));
        var status = new JsonObject
        {
            ["observedGeneration"] = set.GenerationOf(),
            ["desiredNumberScheduled"] = (long)eligible.Count,
            ["currentNumberScheduled"] = (long)wanted.Count,
            ["numberMisscheduled"] = (long)(pods.Count - wanted.Count),
            ["numberReady"] = (long)wanted.Count(Pods.IsReady),
            ["numberAvailable"] = (long)available,
            ["numberUnavailable"] = (long)(eligible.Count - available),
            ["updatedNumberScheduled"] = (long)wanted.Count(p => p.Label(Revisions.Label) == revision),
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
