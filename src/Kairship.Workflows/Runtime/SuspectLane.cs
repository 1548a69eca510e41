namespace Kairship.Workflows.Runtime;

/// <summary>
/// Where instances go one at a time that were claimed again and again without getting anywhere: one of them may be what brings the node down. Alone, it is counted
/// alone, so that those that merely ran beside it are not taken for it. Nobody else waits for this lane.
/// <para>The next one starts when the one before has proved itself (its work ended, or it has run for the probation), and not while an instance that
/// was already claimed once in vain is on probation outside.</para>
/// </summary>
internal sealed class SuspectLane(Func<string, Task> runAlone, Action<string> dispatch, TimeProvider time, TimeSpan probation) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Alarm alarm = new(time);
    private readonly CancellationTokenSource stop = new();
    private readonly Queue<string> queue = new();
    private readonly Dictionary<string, TaskCompletionSource> ends = [];
    private readonly HashSet<string> again = [];
    private readonly Dictionary<string, DateTimeOffset> unproved = [];
    private DateTimeOffset closedUntil;
    private volatile bool anyUnproved;
    private bool serving;

    /// <summary>Those that wait or run here.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return ends.Count;
            }
        }
    }

    /// <summary>True when the instance is here: nobody else need run it now. If it is through already or nearly so, it is dispatched once more.</summary>
    public bool TryTake(string instanceId)
    {
        lock (gate)
        {
            if (!ends.ContainsKey(instanceId))
            {
                return false;
            }

            if (!queue.Contains(instanceId))
            {
                again.Add(instanceId);
            }

            return true;
        }
    }

    /// <summary>Ends when the instance has been through the lane; at once when it is not in it.</summary>
    public Task EndOf(string instanceId)
    {
        lock (gate)
        {
            return ends.TryGetValue(instanceId, out var end) ? end.Task : Task.CompletedTask;
        }
    }

    /// <summary>After a crash: lets those that are not suspected yet be claimed first, so that they are on probation when the first suspect starts.</summary>
    public void CloseFor(TimeSpan span)
    {
        lock (gate)
        {
            closedUntil = time.GetUtcNow() + span;
        }
    }

    public void Add(string instanceId)
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested || !ends.TryAdd(instanceId, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)))
            {
                return;
            }

            queue.Enqueue(instanceId);
            if (serving)
            {
                return;
            }

            serving = true;
        }

        _ = Task.Run(ServeAsync);
    }

    /// <summary>From here on it may be what brings the node down.</summary>
    public void Watch(string instanceId)
    {
        lock (gate)
        {
            unproved[instanceId] = time.GetUtcNow();
            anyUnproved = true;
        }
    }

    /// <summary>What it was suspected for has ended well, or it does not run any more.</summary>
    public void Clear(string instanceId)
    {
        if (!anyUnproved)
        {
            return;
        }

        lock (gate)
        {
            if (unproved.Remove(instanceId))
            {
                anyUnproved = unproved.Count > 0;
                alarm.Ring();
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            stop.Cancel();
            alarm.Ring();
            foreach (var end in ends.Values)
            {
                end.TrySetResult();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            if (Closed() is { } wait)
            {
                await alarm.SleepAsync(wait, CancellationToken.None);
            }
            else if (Next() is { } instanceId)
            {
                Watch(instanceId);
                _ = RunAsync(instanceId);
            }
            else
            {
                return;
            }
        }
    }

    private async Task RunAsync(string instanceId)
    {
        await runAlone(instanceId).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Clear(instanceId);
        bool once;
        lock (gate)
        {
            ends.Remove(instanceId, out var end);
            end?.TrySetResult();
            once = again.Remove(instanceId);
        }

        if (once)
        {
            dispatch(instanceId);
        }
    }

    private string? Next()
    {
        lock (gate)
        {
            serving = queue.TryDequeue(out var instanceId);
            return instanceId;
        }
    }

    /// <summary>How long nobody may start, unless somebody proves himself before.</summary>
    private TimeSpan? Closed()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var until = unproved.Values.Select(since => since + probation).Append(closedUntil).Max();
            return until > now ? until - now : null;
        }
    }
}
