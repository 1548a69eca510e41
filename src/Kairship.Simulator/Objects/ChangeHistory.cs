namespace Kairship.Simulator.Objects;

/// <summary>The last changes of a store, for watches that resume and lists of an earlier revision: bounded in number and, as etcd's compaction does, in age.</summary>
internal sealed class ChangeHistory(TimeProvider clock, int length)
{
    /// <summary>An API server has its etcd compacted every five minutes.</summary>
    static readonly TimeSpan MostAge = TimeSpan.FromMinutes(5);

    readonly Queue<Past> _changes = new();

    /// <summary>Changes up to this revision are forgotten.</summary>
    public long Forgotten { get; private set; }

    public bool IsEmpty => _changes.Count == 0;

    public void Add(Past change)
    {
        _changes.Enqueue(change with { At = clock.GetTimestamp() });
        if (_changes.Count > length)
            Forgotten = _changes.Dequeue().Revision;
    }

    /// <summary>Changes after a revision; null when some of them are forgotten.</summary>
    public IEnumerable<Past>? Since(long revision) => revision < Forgotten ? null : _changes.SkipWhile(c => c.Revision <= revision);

    public void ForgetOld()
    {
        var now = clock.GetTimestamp();
        while (_changes.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At, now) > MostAge)
            Forgotten = _changes.Dequeue().Revision;
        if (_changes.Count == 0)
            _changes.TrimExcess();
    }

    /// <summary>Forgets the changes up to a revision.</summary>
    public void Forget(long revision)
    {
        while (_changes.TryPeek(out var oldest) && oldest.Revision <= revision)
            _changes.Dequeue();
        Forgotten = Math.Max(Forgotten, revision);
    }
}

/// <summary>One change in the history; <paramref name="At"/> in ticks of the clock.</summary>
internal sealed record Past(ChangeType Type, ObjectKey Key, StoredObject Object, StoredObject? Old, long Revision, long At = 0);
