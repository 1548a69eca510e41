using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kairship.Fleet.Clusters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Fleet.Watching;

/// <summary>
/// Lists, then watches, for ever: goes on from the last resource version after a cut, lists again when the cluster has forgotten it (410), backs off with
/// jitter while the cluster fails, opens a watch anew that has been silent for too long, and compares the cache with the cluster from time to time.
/// </summary>
public sealed partial class ResourceWatcher(ClusterConnections connections, TimeProvider clock, ILogger<ResourceWatcher>? logger = null)
{
    private const int LongestLine = 64 << 20;
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    /// <summary>An idle watch holds no buffer.</summary>
    private static readonly StreamPipeReaderOptions Reading = new(bufferSize: 8 << 10, minimumReadSize: 1 << 10, useZeroByteReads: true);

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
        var session = new WatchSession(cluster, query, cache ?? new ObjectCache(), onEvent);
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
                session.NoteFailure();
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

    private async Task RunOnceAsync(ClusterConnection connection, WatchSession session, CancellationToken cancellationToken)
    {
        var query = session.Query;
        var resource = await connection.Discovery.ResolveAsync(query.ApiVersion, query.Kind, cancellationToken);
        var accept = query.Content == WatchContent.Metadata ? ClusterRequest.MetadataList : ClusterRequest.Json;
        if (session.Position is not null && clock.GetUtcNow() >= session.CheckAt)
        {
            await CheckAsync(connection, resource, session, cancellationToken);
        }

        if (session.Position is null)
        {
            await session.ReplaceAsync(await WatchList.ReadAsync(connection, resource, query, session.Objects, accept, cancellationToken), cancellationToken);
            session.CheckAt = NextCheck(connection.Options);
        }
        else
        {
            WatchMetrics.Reconnected(connection.Cluster, query.Kind);
        }

        var selector = query.LabelSelector is null ? "" : $"&labelSelector={Uri.EscapeDataString(query.LabelSelector)}";
        var path = $"{resource.Path(query.Namespace)}?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(session.Position!)}&timeoutSeconds={Random.Shared.Next(240, 480)}{selector}";
        try
        {
            using var response = await connection.OpenAsync(
                ClusterRequest.Get(path, query.Content == WatchContent.Metadata ? ClusterRequest.Metadata : ClusterRequest.Json), cancellationToken);
            await ReadAsync(connection, response, session, cancellationToken);
        }
        catch (ClusterException exception) when (exception.Status == 410)
        {
            session.Restart();
        }
    }

    /// <summary>
    /// An event that got lost inside a stream that looks healthy is seen by nobody who only watches. The stream is closed here, so what differs is either
    /// still to come or was lost: in both cases a list brings it.
    /// </summary>
    private async Task CheckAsync(ClusterConnection connection, Resources.ServedResource resource, WatchSession session, CancellationToken cancellationToken)
    {
        var list = await WatchList.ReadAsync(connection, resource, session.Query, session.Objects, ClusterRequest.MetadataList, cancellationToken);
        session.CheckAt = NextCheck(connection.Options);
        session.NoteLife();
        var isBehind = WatchedObject.Order(list.ResourceVersion) < WatchedObject.Order(session.Position);
        if (!isBehind && session.Cache.Equals(list.Items))
        {
            session.MoveTo(list.ResourceVersion);
        }
        else
        {
            WatchMetrics.Repaired(connection.Cluster, session.Query.Kind);
            session.Restart();
        }
    }

    private DateTimeOffset NextCheck(ClusterOptions options) => clock.GetUtcNow() + (options.WatchCheckInterval * (0.8 + (Random.Shared.NextDouble() * 0.4)));

    private async Task ReadAsync(ClusterConnection connection, HttpResponseMessage response, WatchSession session, CancellationToken cancellationToken)
    {
        var options = connection.Options;
        using var idle = new CancellationTokenSource(options.WatchIdleTimeout, clock);
        using var check = new CancellationTokenSource(Remaining(session), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token, check.Token);
        PipeReader? reader = null;
        try
        {
            reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(either.Token), Reading);
            while (true)
            {
                var result = await reader.ReadAsync(either.Token);
                var buffer = result.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    idle.CancelAfter(options.WatchIdleTimeout);
                    var line = Decode(buffer.Slice(0, end), session);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    if (line is { } read && !await session.TakeAsync(read, cancellationToken))
                    {
                        return;
                    }
                }

                // What is left at the end of the stream is a line that was cut off: its event comes again.
                if (result.IsCompleted || buffer.Length > LongestLine)
                {
                    return;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to compare, silent for too long, or the connection was replaced: open it again where it was.
            session.NoteLife();
            LogSilent(_logger, connection.Cluster, session.Query.Kind);
        }
        finally
        {
            if (reader is not null)
            {
                await reader.CompleteAsync();
            }
        }
    }

    /// <summary>A little past the check's time, so that it is due for sure.</summary>
    private TimeSpan Remaining(WatchSession session) =>
        session.CheckAt - clock.GetUtcNow() is { Ticks: > 0 } left ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;

    /// <summary>null: an empty line.</summary>
    private static WatchLine? Decode(ReadOnlySequence<byte> line, WatchSession session)
    {
        if (line.Length <= 1)
        {
            return line.IsEmpty || line.FirstSpan[0] == (byte)'\r' ? null : new WatchLine(WatchLineType.Garbage);
        }

        if (line.IsSingleSegment)
        {
            return WatchLine.Read(line.FirstSpan, session.Objects);
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)line.Length);
        try
        {
            line.CopyTo(rented);
            return WatchLine.Read(rented.AsSpan(0, (int)line.Length), session.Objects);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watch of {Kind} in cluster {Cluster} failed ({Failures} in a row): {Error}")]
    private static partial void LogRetry(ILogger logger, string cluster, string kind, int failures, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Watch of {Kind} in cluster {Cluster} was silent for too long or cut, or is to be compared; it is opened again")]
    private static partial void LogSilent(ILogger logger, string cluster, string kind);
}
