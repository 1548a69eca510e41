using System.Text.Json.Nodes;

namespace Kairship.Fleet.Watching;

/// <summary>The objects of one watch as last seen. Written by the watch alone, read by anybody.</summary>
public sealed class ObjectCache
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WatchedObject> _objects = new(StringComparer.Ordinal);
    private volatile bool _isSynced;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>True once the first list has been taken in.</summary>
    public bool IsSynced => _isSynced;

    /// <summary>As of this moment.</summary>
    public IReadOnlyList<WatchedObject> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _objects.Values];
            }
        }
    }

    /// <summary>A copy of the object, parsed; null: there is none.</summary>
    public JsonObject? Get(string? ns, string name) => Find(ns, name)?.Parse();

    public WatchedObject? Find(string? ns, string name)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(WatchedObject.KeyOf(ns, name));
        }
    }

    /// <summary>Takes in one event of a watch; null: nothing new (a repeated or late event).</summary>
    internal ResourceEvent? Apply(bool deleted, WatchedObject obj)
    {
        lock (_gate)
        {
            var known = _objects.GetValueOrDefault(obj.Key);
            if (known is not null && (known.ResourceVersion == obj.ResourceVersion ? !deleted : IsOlder(obj, known)))
            {
                return null;
            }

            if (deleted)
            {
                return _objects.Remove(obj.Key) ? new ResourceEvent(ResourceEventType.Deleted, obj) : null;
            }

            _objects[obj.Key] = obj;
            return new ResourceEvent(known is null ? ResourceEventType.Added : ResourceEventType.Modified, obj);
        }
    }

    /// <summary>Takes in a list, which is the truth of its moment: what is new, what differs, and what is gone since.</summary>
    internal IReadOnlyList<ResourceEvent> Replace(IReadOnlyList<WatchedObject> list)
    {
        var events = new List<ResourceEvent>();
        lock (_gate)
        {
            var seen = new HashSet<string>(list.Count, StringComparer.Ordinal);
            foreach (var obj in list)
            {
                seen.Add(obj.Key);
                var known = _objects.GetValueOrDefault(obj.Key);
                if (known?.ResourceVersion != obj.ResourceVersion)
                {
                    _objects[obj.Key] = obj;
                    events.Add(new ResourceEvent(known is null ? ResourceEventType.Added : ResourceEventType.Modified, obj));
                }
            }

            foreach (var gone in _objects.Keys.Where(k => !seen.Contains(k)).ToList())
            {
                _objects.Remove(gone, out var last);
                events.Add(new ResourceEvent(ResourceEventType.Deleted, last));
            }
        }

        _isSynced = true;
        events.Add(new ResourceEvent(ResourceEventType.Synced, null));
        return events;
    }

    /// <summary>The same objects in the same versions.</summary>
    internal bool Equals(IReadOnlyList<WatchedObject> list)
    {
        lock (_gate)
        {
            return list.Count == _objects.Count && list.All(o => _objects.TryGetValue(o.Key, out var known) && known.ResourceVersion == o.ResourceVersion);
        }
    }

    private static bool IsOlder(WatchedObject obj, WatchedObject known) =>
        WatchedObject.Order(obj.ResourceVersion) is { } one && WatchedObject.Order(known.ResourceVersion) is { } other && one < other;
}
