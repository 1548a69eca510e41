namespace Kairship.Workflows.Runtime;

/// <summary>
/// Instances that the sweep has dispatched and that have not reached a commit since. Only so many at a time: after a long night tens of thousands are due at once, and what is
/// asked for now must not wait behind them.
/// </summary>
internal sealed class SweepWindow(int size, TimeSpan patience, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> inside = [];
    private bool moreWait;

    public int Size => size;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return inside.Count;
            }
        }
    }

    /// <summary>Before a look is acted on: of those that do not run here, the ones that are no longer due were taken by somebody else, and the ones that are due for
    /// longer than the patience lasts got lost on their way.</summary>
    public void Keep(IReadOnlyList<string> due, Func<string, bool> runsHere)
    {
        lock (gate)
        {
            if (inside.Count > 0)
            {
                var still = due.ToHashSet(StringComparer.Ordinal);
                var lost = time.GetUtcNow() - patience;
                foreach (var (id, _) in inside.Where(x => (!still.Contains(x.Key) || x.Value <= lost) && !runsHere(x.Key)).ToList())
                {
                    inside.Remove(id);
                }
            }

            moreWait = false;
        }
    }

    /// <summary>Lets one in. False when it is inside already, or when there is no room.</summary>
    public bool TryEnter(string instanceId)
    {
        lock (gate)
        {
            if (inside.ContainsKey(instanceId))
            {
                return false;
            }

            moreWait |= inside.Count >= size;
            return !moreWait && inside.TryAdd(instanceId, time.GetUtcNow());
        }
    }

    /// <summary>It has reached a commit, or was not dispatched after all. True when others wait and half of the room is free: time to look again.</summary>
    public bool Leave(string instanceId)
    {
        lock (gate)
        {
            return inside.Remove(instanceId) && moreWait && inside.Count <= size / 2;
        }
    }

    /// <summary>Some that are due found no room.</summary>
    public bool MoreWait
    {
        get
        {
            lock (gate)
            {
                return moreWait;
            }
        }
    }
}
