using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Apply;

/// <summary>
/// Server-side apply and the tracking of ownership through other writes, after structured-merge-diff's updater:
/// an applied field is owned, a field that its last owner no longer applies is removed, a field of another owner is a conflict.
/// </summary>
internal static class ServerSideApply
{
    const string BeforeFirstApply = "before-first-apply";

    // What every object has and nobody owns.
    static readonly FieldSet Unowned = FieldSet.Of(
        "apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace", "metadata.creationTimestamp", "metadata.selfLink", "metadata.uid",
        "metadata.clusterName", "metadata.generation", "metadata.managedFields", "metadata.resourceVersion", "metadata.deletionTimestamp",
        "metadata.deletionGracePeriodSeconds");

    /// <summary>Merges an applied configuration into the live object (empty when it does not exist yet).</summary>
    /// <param name="applied">The configuration, without what this endpoint may not change.</param>
    /// <returns>The merged object with its managed fields; deep-equal to <paramref name="live"/> when nothing changed.</returns>
    /// <exception cref="ApiException">409 with a cause for each field of another manager, unless forced.</exception>
    public static JsonObject Apply(JsonObject live, JsonObject applied, SchemaNode schema, FieldManager manager, bool force, string now)
    {
        var managed = ManagedFields.Read(live);
        var before = ManagedFields.Read(live);
        if (managed.IsEmpty && live.ContainsKey("metadata"))
        {
            var apiVersion = JsonTree.Text(live["apiVersion"]) ?? manager.ApiVersion;
            managed.Set(new FieldManager(BeforeFirstApply, FieldManager.Update, apiVersion, null), Owned(FieldSets.Compare([], live, schema).Added), now);
        }
        var wanted = Owned(FieldSets.Of(applied, schema));
        var last = managed[manager];
        managed.Set(manager, wanted);
        var merged = TypedMerge.Merge(live, applied, schema);
        if (last is not null)
            merged = TypedMerge.Remove(merged, Abandoned(last, managed, schema), schema);

        var comparison = FieldSets.Compare(live, merged, schema);
        var changed = Owned(comparison.Changed);
        TakeOver(managed, manager, changed, force ? changed : LastApplied.Allowed(live, schema, manager));
        foreach (var other in managed.Managers.ToList())
            managed.Set(other, managed[other]!.Difference(comparison.Removed));

        var exists = live.ContainsKey("metadata");
        if (exists && changed.IsEmpty && comparison.Removed.IsEmpty && managed.SameAs(before))
            return live;
        managed.Set(manager, managed[manager] ?? new FieldSet(), now);
        LastApplied.Refresh(merged, applied, manager);
        managed.Write(merged);
        return merged;
    }

    /// <summary>Records in <paramref name="next"/> that a manager changed it by an ordinary write.</summary>
    /// <param name="old">The state before; null when it is created.</param>
    public static void Track(JsonObject? old, JsonObject next, SchemaNode schema, FieldManager manager, string now)
    {
        var given = next["metadata"]?["managedFields"] as JsonArray;
        var reset = given is [JsonObject { Count: 0 }];
        var managed = ManagedFields.Read(next);
        if (managed.IsEmpty && old is not null && !reset)
            managed = ManagedFields.Read(old);
        // An object that was never tracked is not tracked from the middle on; its first apply starts it.
        if (reset || (managed.IsEmpty && old is not null))
        {
            JsonTree.Child(next, "metadata").Remove("managedFields");
            return;
        }
        var comparison = FieldSets.Compare(old ?? [], next, schema);
        var changed = Owned(comparison.Changed);
        var removed = comparison.Removed;
        foreach (var other in managed.Managers.ToList())
        {
            var lost = other == manager ? removed : changed.Union(removed);
            managed.Set(other, managed[other]!.Difference(lost));
        }
        if (!changed.IsEmpty)
            managed.Set(manager, (managed[manager] ?? new FieldSet()).Union(changed), now);
        managed.Write(next);
    }

    static FieldSet Owned(FieldSet set) => set.Difference(Unowned);

    static void TakeOver(ManagedFields managed, FieldManager manager, FieldSet changed, FieldSet allowed)
    {
        var conflicts = managed.Managers.Where(m => m != manager)
            .Select(m => (Manager: m, Fields: managed[m]!.Intersection(changed)))
            .Where(c => !c.Fields.IsEmpty)
            .ToList();
        var refused = conflicts.Select(c => (c.Manager, Fields: c.Fields.Difference(allowed))).Where(c => !c.Fields.IsEmpty).ToList();
        if (refused.Count > 0)
            throw ApplyConflict.Error(refused);
        foreach (var (other, fields) in conflicts)
            managed.Set(other, managed[other]!.Difference(fields));
    }

    // What the manager applied last time, does not apply now, and nobody else owns. A struct stays while anything in it is owned.
    static FieldSet Abandoned(FieldSet last, ManagedFields managed, SchemaNode schema) => Abandoned(last, managed.All, schema);

    static FieldSet Abandoned(FieldSet last, FieldSet owned, SchemaNode schema)
    {
        var result = new FieldSet { Member = last.Member && !owned.Member };
        foreach (var (element, child) in last.Children)
        {
            var name = element.StartsWith("f:", StringComparison.Ordinal) ? element[2..] : null;
            var below = name is null ? schema.Element ?? SchemaNode.Any : schema.Field(name);
            var rest = owned.Child(element);
            if (rest is null)
            {
                result.Put(element, child);
                continue;
            }
            var abandoned = Abandoned(child, rest, below);
            if (abandoned.Member && name is not null && schema.Declares(name) && !rest.IsEmpty)
                abandoned.Member = false;
            result.Put(element, abandoned);
        }
        return result;
    }
}
