using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, then lets it go. Objects with finalizers hold it, and its conditions say so.</summary>
internal sealed class NamespaceDeletionController(ControlContext context) : Controller(context)
{
    private readonly ConcurrentDictionary<string, byte> _terminating = new(StringComparer.Ordinal);

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "", Plural: "namespaces" })
        {
            if (change.Type == ChangeType.Deleted || change.Object.IsDeleting())
            {
                _terminating[change.Key.Name] = 0;
                Enqueue(change.Key);
            }
            else
            {
                _terminating.TryRemove(change.Key.Name, out _);
            }
        }
        else if (change.Key.Namespace is { } ns && _terminating.ContainsKey(ns))
        {
            Enqueue(new ObjectKey("", "namespaces", null, ns));
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (!_terminating.ContainsKey(key.Name))
        {
            return null;
        }

        foreach (var content in Index.InNamespace(key.Name))
        {
            Store.Delete(content);
        }

        var left = Index.InNamespace(key.Name);
        if (left.Count > 0)
        {
            List<(ObjectKey, JsonObject)> objects = [.. left.Select(l => (l, Store.Get(l))).Where(o => o.Item2 is not null).Select(o => (o.l, o.Item2!))];
            Store.Update(key, ns => NamespaceConditions.Tell(JsonTree.Child(ns, "status"), objects, Clock.Stamp()) ? ns : null, status: true);
        }
        else
        {
            Store.Update(
                key,
                ns =>
                {
                    JsonTree.Child(ns, "spec").Remove("finalizers");
                    return ns;
                });
            if (Store.Get(key) is null)
            {
                _terminating.TryRemove(key.Name, out _);
            }
        }

        return null;
    }
}
