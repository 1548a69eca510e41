using System.Collections.Concurrent;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Capacity;

/// <summary>
/// What the clusters have room for, as their nodes said within the interval, less what plans have given away that is not seen there yet. A decision and what it
/// takes are one: of several plans at the same time each sees what those before it took. Known to this process only.
/// </summary>
public sealed class ClusterRooms(ClusterConnections connections, RoomOptions options, TimeProvider time)
{
    private const int ClustersAtOnce = 16;

    private readonly Lock _gate = new();
    private readonly CapacityBook _book = new([]);
    private readonly Dictionary<string, Reading> _readings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Expectation>> _expected = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _reads = new(StringComparer.Ordinal);

    /// <summary>Reads the clusters that were not read within the interval, and lets <paramref name="decide"/> decide. It must not keep the view's book.</summary>
    public async Task<T> DecideAsync<T>(RoomQuestion question, Func<RoomView, RoomUse<T>> decide, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Due(question.Clusters), parallel, async (cluster, token) => await ReadOnceAsync(cluster).WaitAsync(token));
        lock (_gate)
        {
            return Decide(question, decide);
        }
    }

    /// <summary>What was read longer ago than <paramref name="age"/> is read anew by the next decision. False: nothing was.</summary>
    public bool Outdate(IReadOnlyCollection<string> clusters, TimeSpan age)
    {
        var before = time.GetUtcNow() - age;
        lock (_gate)
        {
            var old = clusters.Where(c => _readings.TryGetValue(c, out var reading) && reading.At < before).ToList();
            old.ForEach(c => _readings.Remove(c));
            return old.Count > 0;
        }
    }

    /// <summary>What was expected for it has come, or will not come: its clusters are read anew by the next decision.</summary>
    public void Settle(string holder)
    {
        lock (_gate)
        {
            foreach (var expectation in _expected.GetValueOrDefault(holder) ?? [])
            {
                expectation.LetGo();
                _readings.Remove(expectation.Cluster);
            }

            _expected.Remove(holder);
        }
    }

    private T Decide<T>(RoomQuestion question, Func<RoomView, RoomUse<T>> decide)
    {
        var now = time.GetUtcNow();
        DropOver(now);
        foreach (var elastic in question.Elastic.Where(_readings.Remove))
        {
            _book.Refresh(elastic, null);
        }

        var before = _expected.GetValueOrDefault(question.Holder) ?? [];
        before.ForEach(static e => e.LetGo());
        var known = question.Clusters.Where(_readings.ContainsKey).ToDictionary(c => c, c => _readings[c]);
        var view = new RoomView(
            _book, known.Where(k => k.Value.Trouble is not null).ToDictionary(k => k.Key, k => k.Value.Trouble!), known.ToDictionary(k => k.Key, k => k.Value.Workloads));
        RoomUse<T>? use = null;
        try
        {
            use = decide(view);
            return use.Result;
        }
        finally
        {
            if (use?.Expected is { } expected)
            {
                before = [.. expected.Select(e => new Expectation(_book, e, now + options.AssumedFor))];
                _expected[question.Holder] = before;
            }

            before.ForEach(static e => e.Hold());
        }
    }

    private void DropOver(DateTimeOffset now)
    {
        foreach (var (holder, expectations) in _expected.ToList())
        {
            foreach (var over in expectations.Where(e => e.IsOver(now)).ToList())
            {
                over.LetGo();
                expectations.Remove(over);
            }

            if (expectations.Count == 0)
            {
                _expected.Remove(holder);
            }
        }
    }

    private List<string> Due(IReadOnlyCollection<string> clusters)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            return [.. clusters.Where(c => !_readings.TryGetValue(c, out var reading) || reading.Until <= now)];
        }
    }

    /// <summary>Whoever needs a cluster while it is read waits for the same reading.</summary>
    private Task ReadOnceAsync(string cluster) => _reads.GetOrAdd(cluster, name => new Lazy<Task>(() => ReadAsync(name))).Value;

    private async Task ReadAsync(string cluster)
    {
        try
        {
            var (read, trouble) = await TryReadAsync(cluster);
            lock (_gate)
            {
                Keep(cluster, read, trouble);
            }
        }
        finally
        {
            _reads.TryRemove(cluster, out _);
        }
    }

    private async Task<(ClusterNodes? Read, string? Trouble)> TryReadAsync(string cluster)
    {
        using var limit = new CancellationTokenSource(options.ReadTimeout, time);
        try
        {
            var connection = await connections.GetAsync(cluster, limit.Token);
            var read = await NodeReader.ReadAsync(connection, limit.Token);
            return read.Nodes.Count == 0 ? (null, "it has no nodes that could be counted") : (read, null);
        }
        catch (ClusterException exception)
        {
            return (null, $"its nodes and pods cannot be read ({exception.Detail})");
        }
        catch (UnknownClusterException)
        {
            return (null, "it has not joined");
        }
        catch (OperationCanceledException)
        {
            return (null, $"its nodes and pods could not be read within {options.ReadTimeout.TotalSeconds:0.#} s");
        }
    }

    private void Keep(string cluster, ClusterNodes? read, string? trouble)
    {
        var now = time.GetUtcNow();
        _readings[cluster] = new Reading(now, now + (read is null ? options.RetryAfter : options.Interval), trouble, read?.Workloads ?? new Dictionary<string, int>());
        var expected = _expected.Values.SelectMany(e => e).Where(e => e.Cluster == cluster).ToList();
        expected.ForEach(static e => e.LetGo());
        _book.Refresh(cluster, read?.Nodes);
        foreach (var expectation in expected)
        {
            if (read is not null)
            {
                expectation.Saw(read.Workloads);
            }

            expectation.Hold();
        }
    }

    /// <param name="Until">When it is read again.</param>
    private sealed record Reading(DateTimeOffset At, DateTimeOffset Until, string? Trouble, IReadOnlyDictionary<string, int> Workloads);
}
