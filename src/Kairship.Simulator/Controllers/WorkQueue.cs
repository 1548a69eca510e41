using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>One object that one controller shall look at.</summary>
internal readonly record struct Work(Controller Controller, ObjectKey Key);

/// <summary>
/// Level-triggered work: an item waits at most once, whatever happened to it meanwhile. Delayed items lie in a heap and keep the earliest
/// of their due times. Times are those of <see cref="TimeProvider.GetTimestamp"/>, so that a skewed wall clock moves nothing.
/// </summary>
internal sealed class WorkQueue(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<Work> _ready = new();
    private readonly HashSet<Work> _waiting = [];
    private readonly PriorityQueue<Work, long> _delayed = new();
    private readonly Dictionary<Work, long> _due = [];

    public void Add(Work work)
    {
        lock (_gate)
        {
            if (_waiting.Add(work))
            {
                _ready.Enqueue(work);
            }
        }
    }

    public void Add(Work work, TimeSpan after)
    {
        if (after <= TimeSpan.Zero)
        {
            Add(work);
            return;
        }

        var due = clock.GetTimestamp() + (long)(after.TotalSeconds * clock.TimestampFrequency);
        lock (_gate)
        {
            if (!_due.TryGetValue(work, out var earlier) || due < earlier)
            {
                _due[work] = due;
                _delayed.Enqueue(work, due);
            }
        }
    }

    public bool TryTake(out Work work)
    {
        lock (_gate)
        {
            Promote();
            if (!_ready.TryDequeue(out work))
            {
                return false;
            }

            _waiting.Remove(work);
            return true;
        }
    }

    /// <summary>Zero when there is something to do, the time until there is, or null when nothing waits.</summary>
    public TimeSpan? UntilNext()
    {
        lock (_gate)
        {
            Promote();
            if (_ready.Count > 0)
            {
                return TimeSpan.Zero;
            }

            return _delayed.TryPeek(out _, out var due) ? clock.GetElapsedTime(clock.GetTimestamp(), due) : null;
        }
    }

    private void Promote()
    {
        if (_delayed.Count == 0)
        {
            return;
        }

        var now = clock.GetTimestamp();
        while (_delayed.TryPeek(out var work, out var due) && (due <= now || !_due.TryGetValue(work, out var current) || current != due))
        {
            _delayed.Dequeue();
            if (due <= now && _due.TryGetValue(work, out var valid) && valid == due)
            {
                _due.Remove(work);
                if (_waiting.Add(work))
                {
                    _ready.Enqueue(work);
                }
            }
        }
    }
}
