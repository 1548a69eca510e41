using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kairship.Fleet.Clusters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Fleet.Watching;

/// <summary>
/// Lists, then watches, for ever: goes on from the last resource version after a cut, lists again when the cluster has forgotten it (410), backs off with
/// jitter while the cluster fails, and opens a watch anew that has been silent for too long.
/// </summary>
public sealed partial class ResourceWatcher(ClusterConnections connections, TimeProvider clock, ILogger<ResourceWatcher>? logger = null)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private readonly ILogger _logger = logger ?? NullLogger<ResourceWatcher>.Instance;

    /// <summary>Events in order, until <paramref name="cancellationToken"/> is cancelled. A slow reader slows the watch down, and loses nothing.</summary>
    /// <exception cref="UnknownClusterException">The cluster does not exist, or was removed.</exception>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync(
        string cluster, WatchQuery query, ObjectCache? cache = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<ResourceEvent>(new BoundedChannelOptions(256) { SingleReader = true, SingleWriter = true });
        var pump = PumpAsync();
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await pump;
        }

        async Task PumpAsync()
        {
            try
            {
                await RunAsync(cluster, query, channel.Writer.WriteAsync, cache, stop.Token);
                channel.Writer.TryComplete();
            }
            catch (Exception exception)
            {
                channel.Writer.TryComplete(exception);
            }
        }
    }

    /// <summary>Calls back for each event, in order, until cancelled. Exceptions of the callback end the watch.</summary>
    /// <exception cref="UnknownClusterException">The cluster does not exist, or was removed.</exception>
    public async Task RunAsync(
        string cluster, WatchQuery query, Func<ResourceEvent, CancellationToken, ValueTask> onEvent, ObjectCache? cache = null, CancellationToken cancellationToken = default)
    {
        var session = new Session(query, cache ?? new ObjectCache(), onEvent);
        var failures = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var told = session.Told;
            try
            {
                var connection = await connections.GetAsync(cluster, cancellationToken);
                await RunOnceAsync(connection, session, cancellationToken);
                failures = session.Told > told ? 0 : failures + 1;
            }
            catch (Exception exception) when (exception is ClusterException or IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
            {
                failures = session.Told > told ? 1 : failures + 1;
                LogRetry(_logger, cluster, query.Kind, failures, exception.Message);
            }

            if (failures > 0)
            {
                await Task.Delay(BackOff(failures), clock, cancellationToken);
            }
        }
    }

    /// <summary>Half of it fixed, half of it random, so that many watches do not come back at the same moment.</summary>
    internal static TimeSpan BackOff(int failures)
    {
        var full = Math.Min(FirstBackOff.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 16)), LongestBackOff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds((full / 2) + (Random.Shared.NextDouble() * full / 2));
    }

    private async Task RunOnceAsync(ClusterConnection connection, Session session, CancellationToken cancellationToken)
    {
        var query = session.Query;
        if (session.ResourceVersion is null)
        {
            var list = await connection.Resources.ListAsync(query.ApiVersion, query.Kind, query.Namespace, query.LabelSelector, cancellationToken);
            foreach (var change in session.Cache.Replace(list.Items))
            {
                await session.TellAsync(change, cancellationToken);
            }

            session.ResourceVersion = list.ResourceVersion;
        }

        var resource = await connection.Discovery.ResolveAsync(query.ApiVersion, query.Kind, cancellationToken);
        var selector = query.LabelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(query.LabelSelector)}";
        var path = $"{resource.Path(query.Namespace)}?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(session.ResourceVersion)}&timeoutSeconds={Random.Shared.Next(240, 480)}{selector}";
        try
        {
            using var response = await connection.OpenAsync(ClusterRequest.Get(path), cancellationToken);
            await ReadAsync(connection, response, session, cancellationToken);
        }
        catch (ClusterException exception) when (exception.Status == 410)
        {
            session.ResourceVersion = null;
            session.Told++;
        }
    }

    private async Task ReadAsync(ClusterConnection connection, HttpResponseMessage response, Session session, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(connection.Options.WatchIdleTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(either.Token), Encoding.UTF8);
            while (await reader.ReadLineAsync(either.Token) is { } line)
            {
                idle.CancelAfter(connection.Options.WatchIdleTimeout);
                if (line.Length > 0 && !await TakeAsync(connection.Cluster, session, line, cancellationToken))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Silent for too long, or the connection was replaced: open it again where it was.
            LogSilent(_logger, connection.Cluster, session.Query.Kind);
            session.Told++;
        }
    }

    /// <summary>False: the watch is over and the cluster must be asked anew.</summary>
    private async ValueTask<bool> TakeAsync(string cluster, Session session, string line, CancellationToken cancellationToken)
    {
        JsonObject? message;
        try
        {
            message = JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            // A line that was cut off in the middle.
            return false;
        }

        var type = message?["type"]?.ToString();
        if (message?["object"] is not JsonObject obj || type is null)
        {
            return false;
        }

        if (type == "ERROR")
        {
            return Refused(cluster, session, obj);
        }

        message.Remove("object");
        session.ResourceVersion = obj["metadata"]?["resourceVersion"]?.ToString() ?? session.ResourceVersion;
        session.Told++;
        if (type != "BOOKMARK" && session.Cache.Apply(type, obj) is { } change)
        {
            await session.TellAsync(change, cancellationToken);
        }

        return true;
    }

    private static bool Refused(string cluster, Session session, JsonObject status)
    {
        if (status["code"]?.ToString() == "410")
        {
            session.ResourceVersion = null;
            session.Told++;
            return false;
        }

        throw new ClusterException(ClusterFailure.ServerError, cluster, $"its watch ended: {status["message"] ?? status["reason"]}");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watch of {Kind} in cluster {Cluster} failed ({Failures} in a row): {Error}")]
    private static partial void LogRetry(ILogger logger, string cluster, string kind, int failures, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Watch of {Kind} in cluster {Cluster} was silent for too long or cut; it is opened again")]
    private static partial void LogSilent(ILogger logger, string cluster, string kind);

    private sealed class Session(WatchQuery query, ObjectCache cache, Func<ResourceEvent, CancellationToken, ValueTask> onEvent)
    {
        public WatchQuery Query => query;

        public ObjectCache Cache => cache;

        public string? ResourceVersion { get; set; }

        /// <summary>Grows with every sign of life, so that a cut after a long healthy watch is no failure.</summary>
        public long Told { get; set; }

        public ValueTask TellAsync(ResourceEvent change, CancellationToken cancellationToken)
        {
            Told++;
            return onEvent(change, cancellationToken);
        }
    }
}
