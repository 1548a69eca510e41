using System.Collections.Concurrent;
using Kairship.Server.Access;
using Kairship.Server.Elsa.Executions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Kairship.Server.Elsa.Live;

/// <summary>
/// Who watches which instance. Commits of this node ring at once; what other nodes do is found by looking, every second, at the instances that somebody watches and at no others.
/// </summary>
internal sealed partial class InstanceWatch(
    WorkflowRuntime runtime, IWorkflowStore store, ExecutionBooks books, SessionService sessions, IHubContext<WorkflowInstanceHub> hub, WatchLimits options, TimeProvider time,
    ILogger<InstanceWatch> logger)
    : BackgroundService
{
    private const int LookedAtOnce = 500;

    private sealed class Connection(Visitor visitor)
    {
        public Visitor Visitor => visitor;

        public Dictionary<string, Observer> Observers { get; } = new(StringComparer.Ordinal);

        public int Refusals { get; set; }
    }

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, WatchedInstance> watched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Connection> connections = new(StringComparer.Ordinal);

    /// <summary>Instances that somebody watches on this node.</summary>
    public int Watched => watched.Count;

    public int Connections
    {
        get
        {
            lock (gate)
            {
                return connections.Count;
            }
        }
    }

    /// <summary>False: there are too many connections, of this caller or at all.</summary>
    public bool TryConnect(string connectionId, Visitor visitor)
    {
        lock (gate)
        {
            if (connections.Count >= options.MaxConnections || connections.Values.Count(c => c.Visitor.Name == visitor.Name) >= options.MaxPerCaller)
            {
                return false;
            }

            connections[connectionId] = new Connection(visitor);
            return true;
        }
    }

    public void Disconnect(string connectionId)
    {
        lock (gate)
        {
            if (connections.Remove(connectionId, out var connection))
            {
                foreach (var observer in connection.Observers.Values)
                {
                    End(observer);
                }
            }
        }
    }

    /// <summary>From now on the connection hears of the instance, beginning with how it stands.</summary>
    public async Task<ObserveOutcome> ObserveAsync(string connectionId, string instanceId, CancellationToken cancellationToken)
    {
        if (Again(connectionId, instanceId) is { } known)
        {
            return known;
        }

        return await store.FindInstancesAsync([instanceId], cancellationToken) is [_] ? Add(connectionId, instanceId) : Refused(connectionId, ObserveOutcome.Unknown);
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        runtime.InstanceCommitted += Committed;
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        runtime.InstanceCommitted -= Committed;
        await base.StopAsync(cancellationToken);
        lock (gate)
        {
            foreach (var connectionId in connections.Keys.ToList())
            {
                Disconnect(connectionId);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Look, time);
        var recheckAt = time.GetUtcNow() + options.Recheck;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
                if (time.GetUtcNow() >= recheckAt)
                {
                    recheckAt = time.GetUtcNow() + options.Recheck;
                    await RecheckAsync(stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                NotLooked(e);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var some in watched.Values.Where(w => w.IsRead && w.Latest is not null).Chunk(LookedAtOnce))
        {
            var found = (await store.FindInstancesAsync([.. some.Select(w => w.Id)], cancellationToken)).ToDictionary(i => i.Id, StringComparer.Ordinal);
            foreach (var instance in some)
            {
                if (!found.TryGetValue(instance.Id, out var now) || instance.Latest is not { } latest || !ExecutionBooks.IsSameMoment(latest.Instance, now))
                {
                    instance.Ring();
                }
            }
        }
    }

    /// <summary>Requests are looked at one by one; a connection was let in once, and its key may have been revoked since.</summary>
    private async Task RecheckAsync(CancellationToken cancellationToken)
    {
        List<Visitor> visitors;
        lock (gate)
        {
            visitors = [.. connections.Values.Select(c => c.Visitor)];
        }

        foreach (var group in visitors.GroupBy(v => (v.Key, v.Session)))
        {
            if (group.Key.Key is not { } key || !await sessions.HoldsAsync(key, group.Key.Session, cancellationToken))
            {
                foreach (var visitor in group)
                {
                    visitor.Abort();
                }
            }
        }
    }

    /// <summary>In the middle of the engine's commit: nothing but a look into a dictionary.</summary>
    private void Committed(string instanceId, InstanceStatus status)
    {
        if (watched.TryGetValue(instanceId, out var instance))
        {
            instance.Ring();
        }
    }

    private ObserveOutcome? Again(string connectionId, string instanceId)
    {
        lock (gate)
        {
            if (!connections.TryGetValue(connectionId, out var connection))
            {
                return ObserveOutcome.Disconnected;
            }

            if (connection.Observers.TryGetValue(instanceId, out var observer))
            {
                observer.Forget();
                return ObserveOutcome.Observed;
            }
        }

        return null;
    }

    private ObserveOutcome Add(string connectionId, string instanceId)
    {
        lock (gate)
        {
            if (!connections.TryGetValue(connectionId, out var connection))
            {
                return ObserveOutcome.Disconnected;
            }

            if (connection.Observers.Count >= options.MaxPerConnection)
            {
                return Refused(connectionId, ObserveOutcome.TooMany);
            }

            var instance = watched.GetOrAdd(instanceId, id => new WatchedInstance(id, books, time, options.Pause, logger));
            var observer = new Observer(instance, connectionId, hub, options, time, logger);
            connection.Observers.Add(instanceId, observer);
            instance.Add(observer);
            return ObserveOutcome.Observed;
        }
    }

    /// <summary>Who asks in vain again and again does not mean it well.</summary>
    private ObserveOutcome Refused(string connectionId, ObserveOutcome outcome)
    {
        lock (gate)
        {
            return connections.TryGetValue(connectionId, out var connection) && ++connection.Refusals > options.MaxRefusals ? ObserveOutcome.Disconnected : outcome;
        }
    }

    private void End(Observer observer)
    {
        observer.Dispose();
        if (!observer.Instance.Remove(observer) && watched.TryRemove(observer.Instance.Id, out var instance))
        {
            instance.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The instances that are watched could not be looked at; it is tried again")]
    private partial void NotLooked(Exception exception);
}

/// <summary>Who is connected.</summary>
/// <param name="Key">Id of the key that let him in.</param>
/// <param name="Session">Id of the session, where he came with one.</param>
/// <param name="Abort">Hangs up.</param>
internal sealed record Visitor(string Name, string? Key, string? Session, Action Abort);

internal enum ObserveOutcome
{
    Observed,

    /// <summary>There is no such instance.</summary>
    Unknown,

    /// <summary>The connection watches as many as it may.</summary>
    TooMany,

    /// <summary>It is, or is to be, closed.</summary>
    Disconnected,
}
