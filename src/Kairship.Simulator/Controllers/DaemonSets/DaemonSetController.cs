using System.Text.Json.Nodes;
using Kairship.Simulator.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.DaemonSets;

/// <summary>One pod on each node that its selector and tolerations allow; updated within maxUnavailable. maxSurge is not simulated.</summary>
internal sealed class DaemonSetController(ControlContext context) : Controller(context)
{
    private const string Component = "daemonset-controller";
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
        else if (change.Key is { Group: "", Plural: "nodes" } && Matters(change))
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

        var revision = Revisions.HashOf(set, Revisions.Current(Context, set));
        var nodes = Nodes(set);
        var eligible = nodes.Where(n => n.Value).Select(n => n.Key).ToHashSet(StringComparer.Ordinal);
        if (!set.IsDeleting() && Context.IsOpen(key.Namespace))
        {
            Place(set, nodes, revision);
            Update(set, eligible, revision);
        }

        var pods = ByNode(set);
        Report(key, set, eligible, pods, revision);
        return Pods.NextAvailable(pods.Values, set.Spec("minReadySeconds").Int(), Clock.GetUtcNow());
    }

    // Heartbeats move nothing.
    private static bool Matters(ObjectChange change) =>
        change.Old is not { } old
        || change.Type == ChangeType.Deleted
        || !JsonNode.DeepEquals(old["spec"], change.Object["spec"])
        || !JsonNode.DeepEquals(old.LabelsOf(), change.Object.LabelsOf());

    /// <summary>The nodes where a pod may stay; true where it shall run. One that is there already bears a taint that only keeps new pods away.</summary>
    private Dictionary<string, bool> Nodes(JsonObject set)
    {
        var probe = DaemonPod.New(set, "", "");
        var nodes = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var node in Store.List("", "nodes").Select(NodeState.Of))
        {
            var pod = DaemonPod.For(probe, node.Name);
            if (NodeFit.Selects(pod, node) && node.Taints.All(t => JsonTree.Text(t["effect"]) != "NoExecute" || Tolerations.Tolerates(pod, t)))
            {
                nodes[node.Name] = NodeFit.Placement(pod, node) is null;
            }
        }

        return nodes;
    }

    private void Place(JsonObject set, Dictionary<string, bool> nodes, string revision)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in Index.Owned(set.UidOf(), "pods"))
        {
            var node = DaemonPod.NodeOf(pod);
            if (Pods.Phase(pod) == "Failed")
            {
                Context.Events.Record(
                    set, "Warning", "FailedDaemonPod", $"Found failed daemon pod {pod.NamespaceOf()}/{pod.NameOf()} on node {node}, will try to kill it", Component);
                Remove(set, pod);
            }
            else if (!pod.IsDeleting() && (!nodes.ContainsKey(node) || taken.Contains(node)))
            {
                Remove(set, pod);
            }
            else
            {
                // What is still ending has the node until it is gone.
                taken.Add(node);
            }
        }

        foreach (var (node, _) in nodes.Where(n => n.Value && !taken.Contains(n.Key)))
        {
            var name = Pods.CreateWithSuffix(Context, set, DaemonPod.New(set, node, revision));
            Context.Events.Record(set, "Normal", "SuccessfulCreate", $"Created pod: {name}", Component);
        }
    }

    private void Remove(JsonObject set, JsonObject pod)
    {
        if (Store.Delete(Pods.Key(pod), pod.UidOf()))
        {
            Context.Events.Record(set, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.NameOf()}", Component);
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

            Remove(set, pod);
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

    private void Report(ObjectKey key, JsonObject set, HashSet<string> eligible, Dictionary<string, JsonObject> pods, string revision)
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
        };
        ObjectReading.Put(status, "updatedNumberScheduled", wanted.Count(p => p.Label(Revisions.Label) == revision));
        ObjectReading.Put(status, "numberAvailable", available);
        ObjectReading.Put(status, "numberUnavailable", eligible.Count - available);
        WriteStatus(key, set, status);
    }
}
