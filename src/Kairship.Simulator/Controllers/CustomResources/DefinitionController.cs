using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Writing;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.CustomResources;

/// <summary>Deletes the objects of a CustomResourceDefinition that is being deleted, then lets it go. Objects with finalizers hold it.</summary>
internal sealed class DefinitionController(ControlContext context) : Controller(context)
{
    private const string Group = "apiextensions.k8s.io";

    // Definitions that are going, by the group and plural of their objects.
    private readonly ConcurrentDictionary<(string Group, string Plural), ObjectKey> _terminating = [];

    public override void Observe(ObjectChange change)
    {
        if (change.Key.Group == Group)
        {
            if (change.Type == ChangeType.Deleted)
            {
                _terminating.TryRemove(Served(change.Object), out _);
            }
            else if (change.Object.IsDeleting())
            {
                _terminating[Served(change.Object)] = change.Key;
                Enqueue(change.Key);
            }
        }
        else if (!_terminating.IsEmpty && _terminating.TryGetValue((change.Key.Group, change.Key.Plural), out var definition))
        {
            Enqueue(definition);
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } definition || !definition.IsDeleting())
        {
            return null;
        }

        var (group, plural) = Served(definition);
        foreach (var obj in Store.List(group, plural))
        {
            var meta = obj["metadata"]!;
            Store.Delete(new ObjectKey(group, plural, JsonTree.Text(meta["namespace"]), JsonTree.Text(meta["name"])!), obj.UidOf());
        }

        if (Store.List(group, plural).Count > 0)
        {
            Store.Update(key, Hold, status: true);
        }
        else
        {
            Store.Update(key, Release);
        }

        return null;
    }

    private JsonObject? Hold(JsonObject definition) => ObjectReading.SetCondition(
        JsonTree.Child(definition, "status"),
        "Terminating",
        "True",
        Clock.Stamp(),
        "InstanceDeletionInProgress",
        "CustomResource deletion is in progress") ? definition : null;

    private static JsonObject Release(JsonObject definition)
    {
        var meta = JsonTree.Child(definition, "metadata");
        JsonArray left = [.. (meta["finalizers"] as JsonArray ?? []).Where(f => JsonTree.Text(f) != CustomDefinitions.Cleanup).Select(f => f?.DeepClone())];
        meta.Remove("finalizers");
        if (left.Count > 0)
        {
            meta["finalizers"] = left;
        }

        return definition;
    }

    private static (string Group, string Plural) Served(JsonObject definition) =>
        (JsonTree.Text(definition["spec"]?["group"]) ?? "", JsonTree.Text(definition["spec"]?["names"]?["plural"]) ?? "");
}
