using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>
/// All objects of one cluster, one lock, one revision counter; keeps a bounded history of changes for watches (older = 410).
/// Returned objects are snapshots that nobody mutates: DeepClone before changing.
/// A removal waits for <c>metadata.finalizers</c>, and a namespace's for <c>spec.finalizers</c> too: until both are empty the object
/// stays with a <c>deletionTimestamp</c> (a namespace in phase Terminating), and the update that takes the last one away removes it.
/// </summary>
/// <param name="historyLength">How many changes a watch can be resumed over.</param>
public sealed class ObjectStore(TimeProvider clock, int historyLength = 1024)
{
    readonly Lock _gate = new();
    readonly Dictionary<(string Group, string Plural), ObjectCollection> _collections = [];
    readonly ChangeHistory _history = new(clock, historyLength);
    readonly ObjectMemory _memory = new();
    Action<ObjectChange>[] _subscribers = [];
    Action<ObjectKey, byte[]?, long>? _persist;
    long _revision;

    /// <summary>Revision of the last write; what a list answers as its resourceVersion.</summary>
    public long Revision => Volatile.Read(ref _revision);

    public TimeProvider Clock => clock;

    public JsonObject? Get(ObjectKey key)
    {
        lock (_gate)
            return Find(key) is { } found ? _memory.Read(found) : null;
    }

    /// <summary>Objects of one resource in order of namespace and name; of all namespaces when <paramref name="ns"/> is null.</summary>
    public IReadOnlyList<JsonObject> List(string group, string plural, string? ns = null) => Snapshot(group, plural, ns).Objects;

    /// <summary>A list and the revision at which it is true.</summary>
    public (IReadOnlyList<JsonObject> Objects, long Revision) Snapshot(string group, string plural, string? ns = null)
    {
        lock (_gate)
        {
            IReadOnlyList<JsonObject> objects = _collections.TryGetValue((group, plural), out var collection) ? [.. collection.In(ns).Select(_memory.Read)] : [];
            return (objects, _revision);
        }
    }

    /// <summary>Objects of one resource as they were at an earlier revision; null when that is forgotten (410).</summary>
    public IReadOnlyList<JsonObject>? ListAt(string group, string plural, string? ns, long revision)
    {
        lock (_gate)
        {
            if (ChangesSince(revision) is not { } changes)
                return null;
            var current = Snapshot(group, plural, ns).Objects;
            var undone = changes.Where(c => c.Key.Group == group && c.Key.Plural == plural && (ns is null || c.Key.Namespace == ns)).ToList();
            if (undone.Count == 0)
                return current;
            var objects = new SortedDictionary<(string, string), JsonObject>(Comparer<(string, string)>.Create(CompareNames));
            foreach (var obj in current)
                objects[NamesOf(obj)] = obj;
            foreach (var change in undone.AsEnumerable().Reverse())
            {
                if (change.Old is null)
                    objects.Remove(NamesOf(change.Object));
                else
                    objects[NamesOf(change.Old)] = change.Old;
            }
            return [.. objects.Values];
        }
    }

    /// <summary>How many objects of one resource there are.</summary>
    public int Count(string group, string plural)
    {
        lock (_gate)
            return _collections.TryGetValue((group, plural), out var collection) ? collection.Count : 0;
    }

    /// <summary>Every group and plural that holds an object of this namespace (any namespace when null).</summary>
    public IReadOnlyList<(string Group, string Plural)> Collections(string? ns = null)
    {
        lock (_gate)
            return [.. _collections.Where(c => ns is null ? !c.Value.IsEmpty : c.Value.Any(ns)).Select(c => c.Key)];
    }

    /// <summary>Sets uid, creationTimestamp, resourceVersion and, for kinds that count it, generation = 1.</summary>
    /// <param name="uid">The uid, where something in the object already refers to it; made otherwise.</param>
    /// <exception cref="ApiException">409 AlreadyExists.</exception>
    public JsonObject Create(ObjectKey key, JsonObject obj, string? uid = null)
    {
        var stored = JsonTree.Copy(obj);
        var meta = JsonTree.Child(stored, "metadata");
        meta["name"] = key.Name;
        if (key.Namespace is not null)
            meta["namespace"] = key.Namespace;
        meta["uid"] = uid ?? Guid.NewGuid().ToString();
        meta["creationTimestamp"] = Now();
        if (Generations.Counted(key, stored))
            meta["generation"] = 1L;
        ObjectLimits.Check(stored);
        lock (_gate)
        {
            var collection = CollectionOf(key);
            if (collection.Find(key) is { } existing)
                throw _memory.Read(existing)["metadata"]!["deletionTimestamp"] is null ? ApiException.AlreadyExists(key) : ApiException.StillDeleting(key);
            var revision = _revision + 1;
            meta["resourceVersion"] = Text(revision);
            var held = Hold(key, stored, revision);
            collection.Put(key, held);
            Record(new ObjectChange(ChangeType.Added, key, stored, null, revision), held, null);
        }
        return stored;
    }

    /// <summary>
    /// Reads, changes and writes one object under the lock. Null or a deep-equal result writes nothing and answers the object as it is.
    /// An ordinary update (<paramref name="status"/> false) raises the generation when more than metadata and status changed.
    /// </summary>
    /// <param name="change">Gets a copy it may change; must be quick and must not call the store.</param>
    /// <returns>The object as stored; null when it is gone (or went with its last finalizer).</returns>
    public JsonObject? Update(ObjectKey key, Func<JsonObject, JsonObject?> change, bool status = false)
    {
        lock (_gate)
        {
            var collection = CollectionOf(key);
            if (collection.Find(key) is not { } held)
                return null;
            var old = _memory.Read(held);
            var next = change(JsonTree.Copy(old));
            if (next is null)
                return old;
            Generations.Restore(old, next);
            if (JsonNode.DeepEquals(old, next))
                return old;
            if (!status && Generations.Counted(key, next) && !Generations.SameIntent(key, old, next))
                Generations.Raise(next);
            ObjectLimits.Check(next);
            return Write(collection, key, held, old, next);
        }
    }

    /// <summary>Deletes: at once, or by a deletionTimestamp where finalizers are left or a pod is given time to end.</summary>
    /// <param name="uid">When given, only the object with this uid.</param>
    /// <param name="graceSeconds">Time that a running pod is given; null for what its spec says. A deletion that has begun can only be shortened.</param>
    /// <returns>False when there is no such object.</returns>
    public bool Delete(ObjectKey key, string? uid = null, long? graceSeconds = null) => Delete(key, uid, graceSeconds, null, out _);

    /// <summary>Deletes as <see cref="Delete(ObjectKey, string?, long?)"/> does, with one more finalizer.</summary>
    /// <param name="finalizer">Added in the same write; null: none.</param>
    /// <param name="left">The object while something keeps it; null when it is gone.</param>
    public bool Delete(ObjectKey key, string? uid, long? graceSeconds, string? finalizer, out JsonObject? left)
    {
        lock (_gate)
        {
            var collection = CollectionOf(key);
            left = null;
            if (collection.Find(key) is not { } held)
                return false;
            var old = left = _memory.Read(held);
            if (uid is not null && old["metadata"]!["uid"]!.GetValue<string>() != uid)
                return false;
            var begun = old["metadata"]!["deletionTimestamp"] is not null;
            var grace = GracefulDeletion.Seconds(key, old, graceSeconds);
            if (begun && (graceSeconds is null || grace >= GracefulDeletion.Left(old)))
                return true;
            if (grace == 0 && finalizer is null && !Finalizers.Any(key, old))
            {
                Remove(collection, key, held, old, old);
                left = null;
                return true;
            }
            var next = JsonTree.Copy(old);
            if (finalizer is not null)
                Finalizers.Add(next, finalizer);
            if (begun)
                GracefulDeletion.Shorten(next, grace);
            else
                Finalizers.MarkDeleted(key, next, clock.GetUtcNow(), grace);
            if (Generations.Counted(key, next))
                Generations.Raise(next);
            left = Write(collection, key, held, old, next);
            return true;
        }
    }

    /// <summary>Calls <paramref name="onChange"/> synchronously, in revision order, under the store's lock: it must be quick and only take note.</summary>
    public IDisposable Subscribe(Action<ObjectChange> onChange)
    {
        lock (_gate)
            _subscribers = [.. _subscribers, onChange];
        return new Subscription(this, onChange);
    }

    /// <summary>Changes after a revision; null when some of them are forgotten (410).</summary>
    public IReadOnlyList<ObjectChange>? ChangesSince(long revision)
    {
        lock (_gate)
            return _history.Since(revision) is not { } changes ? null
                : [.. changes.Select(c => new ObjectChange(c.Type, c.Key, _memory.Read(c.Object), c.Old is null ? null : _memory.Read(c.Old), c.Revision))];
    }

    /// <summary>Forgets the history, as a compaction does: every watch that resumes from before now gets 410.</summary>
    public void Compact() => Compact(Revision);

    /// <summary>Forgets the history up to a revision: every watch and every list that goes on from before it gets 410.</summary>
    public void Compact(long revision)
    {
        lock (_gate)
        {
            _history.Forget(Math.Min(revision, _revision));
        }
    }

    /// <summary>
    /// Saves memory: packs what nobody has used since the call before, or everything, and forgets changes that a real cluster would have compacted. To be called
    /// every few seconds by whoever hosts the store.
    /// </summary>
    /// <returns>How many trees became garbage.</returns>
    internal int Rest(bool everything = false)
    {
        lock (_gate)
        {
            var packed = everything ? _memory.PackAll() : _memory.HasTrees ? _memory.NextRound() : 0;
            if (!_history.IsEmpty)
                _history.ForgetOld();
            return packed;
        }
    }

    /// <summary>Calls <paramref name="persist"/> under the lock before each write takes effect, with the object's text (null: it is gone) and the revision.</summary>
    internal void PersistTo(Action<ObjectKey, byte[]?, long>? persist)
    {
        lock (_gate)
            _persist = persist;
    }

    /// <summary>Shows all objects and the revision to <paramref name="show"/>, under the lock.</summary>
    internal void Dump(Action<IEnumerable<(ObjectKey Key, byte[] Text)>, long> show)
    {
        lock (_gate)
        {
            show(
                _collections.SelectMany(c => c.Value.All().Select(o => (
                    new ObjectKey(c.Key.Group, c.Key.Plural, o.Namespace.Length == 0 ? null : o.Namespace, o.Name), o.Object.Text))),
                _revision);
        }
    }

    /// <summary>Fills an empty store. What was before is forgotten: watches that resume from an earlier revision get 410, as after a restart of an API server.</summary>
    internal void Restore(IReadOnlyDictionary<ObjectKey, byte[]> objects, long revision)
    {
        lock (_gate)
        {
            foreach (var (key, text) in objects)
                CollectionOf(key).Put(key, new StoredObject(text));
            _revision = revision;
            _history.Forget(revision);
        }
    }

    JsonObject? Write(ObjectCollection collection, ObjectKey key, StoredObject held, JsonObject old, JsonObject next)
    {
        if (next["metadata"]!["deletionTimestamp"] is not null && GracefulDeletion.Left(next) == 0 && !Finalizers.Any(key, next))
        {
            Remove(collection, key, held, old, next);
            return null;
        }
        var revision = _revision + 1;
        next["metadata"]!["resourceVersion"] = Text(revision);
        var stored = Hold(key, next, revision);
        collection.Put(key, stored);
        Record(new ObjectChange(ChangeType.Modified, key, next, old, revision), stored, held);
        return next;
    }

    void Remove(ObjectCollection collection, ObjectKey key, StoredObject held, JsonObject old, JsonObject last)
    {
        var revision = _revision + 1;
        var tombstone = JsonTree.Copy(last);
        tombstone["metadata"]!["resourceVersion"] = Text(revision);
        _persist?.Invoke(key, null, revision);
        collection.Remove(key);
        Record(new ObjectChange(ChangeType.Deleted, key, tombstone, old, revision), _memory.Hold(tombstone), held);
    }

    void Record(ObjectChange change, StoredObject stored, StoredObject? old)
    {
        _history.Add(new Past(change.Type, change.Key, stored, old, change.Revision));
        foreach (var subscriber in _subscribers)
            subscriber(change);
        // Last: who reads the revision may rely on every change up to it having reached the subscribers.
        Volatile.Write(ref _revision, change.Revision);
    }

    // What cannot be kept on disk is not written at all.
    StoredObject Hold(ObjectKey key, JsonObject obj, long revision)
    {
        var held = _memory.Hold(obj);
        _persist?.Invoke(key, held.Text, revision);
        return held;
    }

    StoredObject? Find(ObjectKey key) => _collections.TryGetValue((key.Group, key.Plural), out var collection) ? collection.Find(key) : null;

    [SuppressMessage("Performance", "CA1854", Justification = "The collection is created when missing.")]
    ObjectCollection CollectionOf(ObjectKey key)
    {
        if (!_collections.TryGetValue((key.Group, key.Plural), out var collection))
            _collections[(key.Group, key.Plural)] = collection = new ObjectCollection();
        return collection;
    }

    string Now() => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static (string, string) NamesOf(JsonObject obj) =>
        (JsonTree.Text(obj["metadata"]!["namespace"]) ?? "", JsonTree.Text(obj["metadata"]!["name"])!);

    static int CompareNames((string Namespace, string Name) a, (string Namespace, string Name) b)
    {
        var byNamespace = string.CompareOrdinal(a.Namespace, b.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(a.Name, b.Name);
    }

    static string Text(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    sealed class Subscription(ObjectStore store, Action<ObjectChange> onChange) : IDisposable
    {
        public void Dispose()
        {
            lock (store._gate)
                store._subscribers = [.. store._subscribers.Where(s => s != onChange)];
        }
    }
}
