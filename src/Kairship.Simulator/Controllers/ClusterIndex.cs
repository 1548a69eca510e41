using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>
/// What controllers ask most, kept up to date by each change: who depends on whom, what a namespace holds, which pods and replica sets
/// nobody controls. It holds keys and reads the objects when asked, so that those of a quiet cluster need not stay in memory as trees.
/// </summary>
internal sealed class ClusterIndex(Func<ObjectKey, JsonObject?> read)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, Known> _objects = [];
    private readonly Dictionary<string, HashSet<ObjectKey>> _dependents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ObjectKey> _uids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ObjectKey>> _namespaces = new(StringComparer.Ordinal);
    private readonly HashSet<ObjectKey> _orphans = [];

    public void Apply(ObjectChange change)
    {
        lock (_gate)
        {
            if (_objects.Remove(change.Key, out var old))
            {
                Forget(change.Key, old);
            }

            if (change.Type != ChangeType.Deleted)
            {
                Remember(change.Key, change.Object);
            }
        }
    }

    /// <summary>Objects of one resource that have this owner, oldest first.</summary>
    public List<JsonObject> Owned(string ownerUid, string plural)
    {
        List<ObjectKey> keys;
        lock (_gate)
        {
            if (!_dependents.TryGetValue(ownerUid, out var dependents))
            {
                return [];
            }

            keys = [.. dependents.Where(k => k.Plural == plural)];
        }

        return Sorted(keys);
    }

    public IReadOnlyList<ObjectKey> Dependents(string ownerUid)
    {
        lock (_gate)
        {
            return _dependents.TryGetValue(ownerUid, out var keys) ? [.. keys] : [];
        }
    }

    /// <summary>Pods or replica sets of a namespace that no controller owns.</summary>
    public List<JsonObject> Orphans(string plural, string? ns)
    {
        List<ObjectKey> keys;
        lock (_gate)
        {
            keys = _orphans.Count == 0 ? [] : [.. _orphans.Where(k => k.Plural == plural && k.Namespace == ns)];
        }

        return Sorted(keys);
    }

    public IReadOnlyList<ObjectKey> InNamespace(string ns)
    {
        lock (_gate)
        {
            return _namespaces.TryGetValue(ns, out var keys) ? [.. keys] : [];
        }
    }

    /// <summary>The object with this uid.</summary>
    public ObjectKey? Find(string uid)
    {
        lock (_gate)
        {
            return _uids.TryGetValue(uid, out var key) ? key : null;
        }
    }

    // Outside of the lock: the store tells of changes under its own, and must not be asked under this one.
    private List<JsonObject> Sorted(List<ObjectKey> keys)
    {
        List<JsonObject> found = [.. keys.Select(read).OfType<JsonObject>()];
        found.Sort((a, b) =>
            string.CompareOrdinal(a.CreatedAt(), b.CreatedAt()) is not 0 and var byAge ? byAge : string.CompareOrdinal(a.NameOf(), b.NameOf()));
        return found;
    }

    private void Remember(ObjectKey key, JsonObject obj)
    {
        var owners = obj["metadata"]?["ownerReferences"].Items().Select(o => JsonTree.Text(o["uid"]) ?? "").ToArray() ?? [];
        var known = new Known(obj.UidOf(), owners);
        _objects[key] = known;
        _uids[known.Uid] = key;
        if (key.Namespace is not null)
        {
            Bucket(_namespaces, key.Namespace).Add(key);
        }

        foreach (var owner in owners)
        {
            Bucket(_dependents, owner).Add(key);
        }

        if (key.Plural is "pods" or "replicasets" && obj.ControllerRef() is null)
        {
            _orphans.Add(key);
        }
    }

    private void Forget(ObjectKey key, Known old)
    {
        _uids.Remove(old.Uid);
        _orphans.Remove(key);
        if (key.Namespace is not null)
        {
            Leave(_namespaces, key.Namespace, key);
        }

        foreach (var owner in old.Owners)
        {
            Leave(_dependents, owner, key);
        }
    }

    private static HashSet<ObjectKey> Bucket(Dictionary<string, HashSet<ObjectKey>> buckets, string name)
    {
        if (!buckets.TryGetValue(name, out var bucket))
        {
            buckets[name] = bucket = [];
        }

        return bucket;
    }

    private static void Leave(Dictionary<string, HashSet<ObjectKey>> buckets, string name, ObjectKey key)
    {
        if (buckets.TryGetValue(name, out var bucket) && bucket.Remove(key) && bucket.Count == 0)
        {
            buckets.Remove(name);
        }
    }

    private readonly record struct Known(string Uid, string[] Owners);
}
