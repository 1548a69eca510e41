using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Kairship.Fleet.Watching;

/// <summary>The objects of one watch as last seen. Written by the watch alone, read by anybody.</summary>
public sealed class ObjectCache
{
    private readonly ConcurrentDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);

    public int Count => _objects.Count;

    /// <summary>True once the first list has been taken in.</summary>
    public bool IsSynced { get; private set; }

    public JsonObject? Get(string? ns, string name) => _objects.GetValueOrDefault(Key(ns, name));

    public IReadOnlyCollection<JsonObject> All => [.. _objects.Values];

    /// <summary>Takes in one event of a watch; null: nothing new (a repeated or late event).</summary>
    internal ResourceEvent? Apply(string type, JsonObject obj)
    {
        var key = Key(obj);
        if (type == "DELETED")
        {
            return _objects.TryRemove(key, out _) ? new ResourceEvent(ResourceEventType.Deleted, obj) : null;
        }

        var known = _objects.GetValueOrDefault(key);
        if (known is not null && VersionOf(known) == VersionOf(obj))
        {
            return null;
        }

        _objects[key] = obj;
        return new ResourceEvent(known is null ? ResourceEventType.Added : ResourceEventType.Modified, obj);
    }

    /// <summary>Takes in a list: what is new, what differs, and what is gone since.</summary>
    internal IReadOnlyList<ResourceEvent> Replace(IReadOnlyList<JsonObject> list)
    {
        var events = new List<ResourceEvent>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var obj in list)
        {
            seen.Add(Key(obj));
            if (Apply("MODIFIED", obj) is { } changed)
            {
                events.Add(changed);
            }
        }

        foreach (var gone in _objects.Keys.Where(k => !seen.Contains(k)).ToList())
        {
            if (_objects.TryRemove(gone, out var last))
            {
                events.Add(new ResourceEvent(ResourceEventType.Deleted, last));
            }
        }

        IsSynced = true;
        events.Add(new ResourceEvent(ResourceEventType.Synced, []));
        return events;
    }

    private static string Key(JsonObject obj) => Key(obj["metadata"]?["namespace"]?.ToString(), obj["metadata"]?["name"]?.ToString() ?? "");

    private static string Key(string? ns, string name) => $"{ns}/{name}";

    private static string? VersionOf(JsonObject obj) => obj["metadata"]?["resourceVersion"]?.ToString();
}
