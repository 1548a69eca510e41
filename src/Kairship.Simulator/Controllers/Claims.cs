using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>Which pods or replica sets belong to a workload: its own, plus orphans that match its selector, less those that match no more.</summary>
internal static class Claims
{
    /// <summary>Adopts and releases, then answers what the owner controls now, oldest first.</summary>
    /// <param name="fits">What an orphan must be besides matching the selector.</param>
    public static List<JsonObject> Of(ControlContext context, JsonObject owner, string group, string plural, Func<JsonObject, bool>? fits = null)
    {
        var selector = owner.Spec("selector") as JsonObject;
        var ns = owner.NamespaceOf();
        var changed = false;
        var owned = context.Index.Owned(owner.UidOf(), plural);
        if (owner.IsDeleting())
        {
            return owned;
        }

        foreach (var stray in owned.Where(o => !LabelSelector.Matches(selector, o.LabelsOf())))
        {
            changed = true;
            context.Store.Update(new ObjectKey(group, plural, ns, stray.NameOf()), o => Release(o, owner.UidOf()));
        }

        foreach (var orphan in context.Index.Orphans(plural, ns).Where(o => !o.IsDeleting() && !Pods.IsFinished(o) && LabelSelector.Matches(selector, o.LabelsOf()) && fits?.Invoke(o) != false))
        {
            changed = true;
            context.Store.Update(new ObjectKey(group, plural, ns, orphan.NameOf()), o => Adopt(o, owner));
        }

        return changed ? context.Index.Owned(owner.UidOf(), plural) : owned;
    }

    /// <summary>The namesake controllers of a namespace that would adopt this orphan.</summary>
    public static IEnumerable<string> Candidates(ObjectStore store, JsonObject orphan, string group, string plural) =>
        store.List(group, plural, orphan.NamespaceOf())
            .Where(o => LabelSelector.Matches(o.Spec("selector") as JsonObject, orphan.LabelsOf()))
            .Select(o => o.NameOf());

    private static JsonObject? Adopt(JsonObject obj, JsonObject owner)
    {
        if (obj.ControllerRef() is not null)
        {
            return null;
        }

        var meta = JsonTree.Child(obj, "metadata");
        if (meta["ownerReferences"] is not JsonArray owners)
        {
            meta["ownerReferences"] = owners = [];
        }

        owners.Add(owner.OwnerReference());
        return obj;
    }

    private static JsonObject Release(JsonObject obj, string ownerUid)
    {
        var meta = JsonTree.Child(obj, "metadata");
        JsonArray left = [.. meta["ownerReferences"].Items().Where(r => JsonTree.Text(r["uid"]) != ownerUid).Select(r => r.DeepClone())];
        if (left.Count > 0)
        {
            meta["ownerReferences"] = left;
        }
        else
        {
            meta.Remove("ownerReferences");
        }

        return obj;
    }
}
