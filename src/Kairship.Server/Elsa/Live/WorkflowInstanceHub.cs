using System.Security.Claims;
using Kairship.Server.Access;
using Microsoft.AspNetCore.SignalR;

namespace Kairship.Server.Elsa.Live;

/// <summary>Tells who watches an instance what happens in it. Clients call <see cref="ObserveInstanceAsync"/>; all else comes from <see cref="InstanceWatch"/>.</summary>
internal sealed partial class WorkflowInstanceHub(InstanceWatch watch, WatchLimits options, ILogger<WorkflowInstanceHub> logger) : Hub
{
    private const int MaxId = 400;

    public override async Task OnConnectedAsync()
    {
        var visitor = new Visitor(
            Caller.NameOf(Context.User!), Context.User!.FindFirstValue(Caller.KeyClaim), Context.User!.FindFirstValue(Caller.SessionClaim), Context.Abort);
        if (!watch.TryConnect(Context.ConnectionId, visitor))
        {
            TooMany(visitor.Name, options.MaxPerCaller);
            Context.Abort();
            return;
        }

        await base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        watch.Disconnect(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    /// <summary>The caller hears of the instance from now on, and of how it stands at once. Calling it again tells him everything once more.</summary>
    public async Task ObserveInstanceAsync(string instanceId)
    {
        switch (await TryObserveAsync(instanceId))
        {
            case ObserveOutcome.Unknown:
                throw new HubException("There is no such workflow instance.");
            case ObserveOutcome.TooMany:
                throw new HubException($"A connection watches at most {options.MaxPerConnection} instances: close it, or open another one.");
            case ObserveOutcome.Disconnected:
                Context.Abort();
                break;
        }
    }

    private async Task<ObserveOutcome> TryObserveAsync(string instanceId)
    {
        try
        {
            return string.IsNullOrEmpty(instanceId) || instanceId.Length > MaxId
                ? ObserveOutcome.Unknown
                : await watch.ObserveAsync(Context.ConnectionId, instanceId, Context.ConnectionAborted);
        }
        catch (OperationCanceledException) when (Context.ConnectionAborted.IsCancellationRequested)
        {
            // Hung up meanwhile: no error that anybody should read of.
            return ObserveOutcome.Disconnected;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Caller} opened too many connections to the hub: at most {Most} at a time")]
    private partial void TooMany(string caller, int most);
}
