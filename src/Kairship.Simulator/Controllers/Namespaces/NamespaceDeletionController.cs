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
            Store.Update(key, ns => Hold(ns, left), status: true);
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

    private JsonObject? Hold(JsonObject ns, IReadOnlyList<ObjectKey> left)
    {
        var kinds = left.GroupBy(k => k.QualifiedPlural).Select(g => $"{g.Key}. has {g.Count()} resource instances");
        var changed = ObjectReading.SetCondition(
            JsonTree.Child(ns, "status"),
            "NamespaceContentRemaining",
            "True",
            Clock.Stamp(),
            "SomeResourcesRemain",
            $"Some resources are remaining: {string.Join(", ", kinds.Order(StringComparer.Ordinal))}");
        return changed ? ns : null;
    }
}
