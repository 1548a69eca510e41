using Kairship.Server.Elsa.Executions;
using Microsoft.AspNetCore.SignalR;

namespace Kairship.Server.Elsa.Live;

/// <summary>
/// One connection that watches one instance: tells it what changed since it was told last, not more often than it should be, and no quicker than it takes it. Who is slow misses
/// nothing but what was overtaken.
/// </summary>
internal sealed partial class Observer : IDisposable
{
    private readonly Bell bell = new();
    private readonly CancellationTokenSource ended = new();
    private readonly WatchedInstance instance;
    private readonly string connectionId;
    private readonly WatchLimits options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private volatile bool forgotten;

    public Observer(WatchedInstance instance, string connectionId, IHubContext<WorkflowInstanceHub> hub, WatchLimits options, TimeProvider time, ILogger logger)
    {
        (this.instance, this.connectionId, this.options, this.time, this.logger) = (instance, connectionId, options, time, logger);
        _ = RunAsync(hub.Clients.Client(connectionId), ended.Token);
    }

    public WatchedInstance Instance => instance;

    public void Ring() => bell.Ring();

    /// <summary>It asked again: it may have lost what it was told.</summary>
    public void Forget()
    {
        forgotten = true;
        instance.Ring();
    }

    public void Dispose()
    {
        ended.Cancel();
        ended.Dispose();
    }

    private async Task RunAsync(ISingleClientProxy client, CancellationToken cancellationToken)
    {
        ExecutionPicture? told = null;
        var isGone = false;
        try
        {
            while (true)
            {
                await bell.WaitAsync(cancellationToken);
                if (forgotten)
                {
                    (forgotten, told, isGone) = (false, null, false);
                }

                var now = instance.Latest;
                if (!instance.IsRead || (now is null && isGone))
                {
                    continue;
                }

                foreach (var message in LiveMessage.Between(instance.Id, told, now, options.MaxStats))
                {
                    await client.SendAsync(message.Method, message.Argument, cancellationToken);
                }

                (told, isGone) = (now, now is null);
                await Task.Delay(options.Pause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
        catch (Exception e)
        {
            NotTold(e, connectionId, instance.Id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Connection {Connection} is told nothing more of instance {Instance}")]
    private partial void NotTold(Exception exception, string connection, string instance);
}
