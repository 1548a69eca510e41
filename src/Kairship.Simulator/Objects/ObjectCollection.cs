namespace Kairship.Simulator.Objects;

/// <summary>Objects of one resource in order of namespace and name.</summary>
internal sealed class ObjectCollection
{
    readonly SortedDictionary<string, SortedDictionary<string, StoredObject>> _byNamespace = new(StringComparer.Ordinal);

    public bool IsEmpty => _byNamespace.Count == 0;

    public int Count => _byNamespace.Values.Sum(o => o.Count);

    public bool Any(string ns) => _byNamespace.ContainsKey(ns);

    public StoredObject? Find(ObjectKey key) =>
        _byNamespace.TryGetValue(key.Namespace ?? "", out var objects) ? objects.GetValueOrDefault(key.Name) : null;

    public void Put(ObjectKey key, StoredObject obj)
    {
        if (!_byNamespace.TryGetValue(key.Namespace ?? "", out var objects))
            _byNamespace[key.Namespace ?? ""] = objects = new(StringComparer.Ordinal);
        objects[key.Name] = obj;
    }

    public void Remove(ObjectKey key)
    {
        if (_byNamespace.TryGetValue(key.Namespace ?? "", out var objects) && objects.Remove(key.Name) && objects.Count == 0)
            _byNamespace.Remove(key.Namespace ?? "");
    }

    public IEnumerable<StoredObject> In(string? ns) =>
        ns is null ? _byNamespace.Values.SelectMany(o => o.Values)
        : _byNamespace.TryGetValue(ns, out var objects) ? objects.Values
        : [];

    /// <summary>All of them with the namespace ("" for cluster-scoped objects) and name of each.</summary>
    public IEnumerable<(string Namespace, string Name, StoredObject Object)> All() =>
        _byNamespace.SelectMany(n => n.Value.Select(o => (n.Key, o.Key, o.Value)));
}
