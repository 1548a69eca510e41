using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Garbage;

/// <summary>
/// Deletes what has owners and none of them alive (background), waits for dependents where an owner carries the finalizer
/// <c>foregroundDeletion</c>, and lets them go where it carries <c>orphan</c>.
/// </summary>
internal sealed class GarbageCollector(ControlContext context) : Controller(context)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    public override void Observe(ObjectChange change)
    {
        if (change.Type == ChangeType.Deleted)
        {
            foreach (var dependent in Index.Dependents(change.Object.UidOf()))
            {
                Enqueue(dependent);
            }

            foreach (var uid in OwnersOf(change.Object))
            {
                if (Index.Find(uid) is { } owner && Store.Get(owner) is { } waiting && waiting.IsDeleting())
                {
                    Enqueue(owner);
                }
            }
        }
        else if ((change.Object.IsDeleting() && FinalizersOf(change.Object) is { Count: > 0 }) || OwnersOf(change.Object).Any(uid => Index.Find(uid) is null))
        {
            Enqueue(change.Key);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } obj)
        {
            return null;
        }

        if (obj.IsDeleting())
        {
            Finish(key, obj);
            return null;
        }

        List<string> owners = [.. OwnersOf(obj)];
        var dead = owners.FindAll(uid => Index.Find(uid) is null);
        if (dead.Count == 0)
        {
            return null;
        }

        if (dead.Count == owners.Count)
        {
            Store.Delete(key, obj.UidOf());
        }
        else
        {
            Store.Update(key, o => Disown(o, dead));
        }

        return null;
    }

    private void Finish(ObjectKey key, JsonObject obj)
    {
        var finalizers = FinalizersOf(obj);
        var dependents = Index.Dependents(obj.UidOf());
        if (finalizers.Contains(Orphan))
        {
            foreach (var dependent in dependents)
            {
                Store.Update(dependent, d => Disown(d, [obj.UidOf()]));
            }

            Store.Update(key, o => Unfinalize(o, Orphan));
        }
        else if (finalizers.Contains(Foreground))
        {
            foreach (var dependent in dependents)
            {
                Cascade(dependent);
            }

            if (!Index.Dependents(obj.UidOf()).Any(d => Blocks(d, obj.UidOf())))
            {
                Store.Update(key, o => Unfinalize(o, Foreground));
            }
        }
    }

    /// <summary>What has dependents of its own waits for them in turn.</summary>
    private void Cascade(ObjectKey key)
    {
        if (Store.Get(key) is { } dependent && !dependent.IsDeleting() && Index.Dependents(dependent.UidOf()).Count > 0)
        {
            Store.Update(
                key,
                d =>
                {
                    var meta = JsonTree.Child(d, "metadata");
                    meta["finalizers"] = new JsonArray([.. FinalizersOf(d).Append(Foreground).Distinct().Select(f => JsonValue.Create(f))]);
                    return d;
                });
        }

        Store.Delete(key);
    }

    private bool Blocks(ObjectKey dependent, string ownerUid) =>
        Store.Get(dependent) is { } found
        && (found["metadata"]?["ownerReferences"].Items() ?? []).Any(r => JsonTree.Text(r["uid"]) == ownerUid && r["blockOwnerDeletion"].IsTrue());

    private static IEnumerable<string> OwnersOf(JsonObject obj) =>
        obj["metadata"]?["ownerReferences"].Items().Select(r => JsonTree.Text(r["uid"]) ?? "") ?? [];

    private static List<string> FinalizersOf(JsonObject obj) =>
        obj["metadata"]?["finalizers"] is JsonArray finalizers ? [.. finalizers.Select(f => JsonTree.Text(f) ?? "")] : [];

    private static JsonObject Disown(JsonObject obj, List<string> owners)
    {
        var meta = JsonTree.Child(obj, "metadata");
        JsonArray left = [.. meta["ownerReferences"].Items().Where(r => !owners.Contains(JsonTree.Text(r["uid"]) ?? "")).Select(r => r.DeepClone())];
        meta.Remove("ownerReferences");
        if (left.Count > 0)
        {
            meta["ownerReferences"] = left;
        }

        return obj;
    }

    private static JsonObject Unfinalize(JsonObject obj, string finalizer)
    {
        var meta = JsonTree.Child(obj, "metadata");
        JsonArray left = [.. FinalizersOf(obj).Where(f => f != finalizer).Select(f => JsonValue.Create(f))];
        meta.Remove("finalizers");
        if (left.Count > 0)
        {
            meta["finalizers"] = left;
        }

        return obj;
    }
}
