using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>Deletes the pods of a node with a NoExecute taint that they do not bear, or have borne for their tolerationSeconds.</summary>
internal sealed class TaintEviction(ControlContext context) : Controller(context)
{
    private const string Component = "taint-eviction-controller";
    private readonly ConcurrentDictionary<string, IReadOnlyList<JsonObject>> _tainted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, (string Uid, long Since)> _waiting = new();

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "nodes" })
        {
            IReadOnlyList<JsonObject> taints = change.Type == ChangeType.Deleted
                ? []
                : [.. change.Object.Spec("taints").Items().Where(t => JsonTree.Text(t["effect"]) == "NoExecute").Select(JsonTree.Copy)];
            var known = _tainted.TryGetValue(change.Key.Name, out var before);
            if (taints.Count == 0 ? !known : known && taints.Count == before!.Count && taints.Zip(before).All(p => JsonNode.DeepEquals(p.First, p.Second)))
            {
                return;
            }

            if (taints.Count == 0)
            {
                _tainted.TryRemove(change.Key.Name, out _);
            }
            else
            {
                _tainted[change.Key.Name] = taints;
            }

            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "", Plural: "pods" })
        {
            if (change.Type == ChangeType.Deleted)
            {
                _waiting.TryRemove(change.Key, out _);
            }
            else if (!_tainted.IsEmpty && NodeOf(change.Object) is { } node && _tainted.ContainsKey(node))
            {
                Enqueue(change.Key);
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key.Plural == "nodes")
        {
            foreach (var each in Store.List("", "pods").Where(p => NodeOf(p) == key.Name))
            {
                Enqueue(Pods.Key(each));
            }

            return null;
        }

        if (Store.Get(key) is not { } pod || pod.IsDeleting() || Pods.IsFinished(pod) || NodeOf(pod) is not { } node)
        {
            return null;
        }

        if (!_tainted.TryGetValue(node, out var taints) || Tolerations.Patience(pod, taints) is not { } patience)
        {
            if (_waiting.TryRemove(key, out _))
            {
                Tell(pod, $"Cancelling deletion of Pod {pod.NamespaceOf()}/{pod.NameOf()}");
            }

            return null;
        }

        var now = Clock.GetTimestamp();
        var (uid, since) = _waiting.GetOrAdd(key, (pod.UidOf(), now));
        if (uid != pod.UidOf())
        {
            _waiting[key] = (pod.UidOf(), since = now);
        }

        if (patience - Clock.GetElapsedTime(since, now) is var left && left > TimeSpan.Zero)
        {
            return left;
        }

        _waiting.TryRemove(key, out _);
        Evict(key, pod);
        return null;
    }

    private void Evict(ObjectKey key, JsonObject pod)
    {
        Tell(pod, $"Marking for deletion Pod {pod.NamespaceOf()}/{pod.NameOf()}");
        Store.Update(
            key,
            p => ObjectReading.SetCondition(
                JsonTree.Child(p, "status"), "DisruptionTarget", "True", Clock.Stamp(), "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
                ? p
                : null,
            status: true);
        Store.Delete(key, pod.UidOf());
    }

    private void Tell(JsonObject pod, string message) => Context.Events.Record(pod, "Normal", "TaintManagerEviction", message, Component);

    private static string? NodeOf(JsonObject pod) => JsonTree.Text(pod.Spec("nodeName")) is { Length: > 0 } node ? node : null;
}
