using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace Kairship.Server.Tests.Elsa.Live;

/// <summary>A client of the hub that keeps what Studio would show.</summary>
internal sealed class StudioEar : IAsyncDisposable
{
    private readonly HubConnection connection;

    private StudioEar(HubConnection connection) => this.connection = connection;

    /// <summary>The last stats that came for each node.</summary>
    public ConcurrentDictionary<string, JsonElement> Stats { get; private set; } = new();

    public ConcurrentQueue<(string Method, JsonElement Argument)> Messages { get; } = new();

    public Exception? Closed { get; private set; }

    public bool IsOpen => connection.State == HubConnectionState.Connected;

    public static async Task<StudioEar> ConnectAsync(RunningServer server, string? token, HttpTransportType transport = HttpTransportType.WebSockets, bool skipNegotiation = false)
    {
        var built = new HubConnectionBuilder().WithUrl(new Uri(server.Address, "/elsa/hubs/workflow-instance"), options =>
        {
            options.AccessTokenProvider = () => Task.FromResult(token);
            options.Transports = transport;
            options.SkipNegotiation = skipNegotiation;
        }).Build();
        var ear = new StudioEar(built);
        foreach (var method in (string[])["ActivityExecutionLogUpdatedAsync", "WorkflowExecutionLogUpdatedAsync", "WorkflowInstanceUpdatedAsync"])
        {
            built.On<JsonElement>(method, argument => ear.Hear(method, argument));
        }

        built.Closed += e =>
        {
            ear.Closed = e;
            return Task.CompletedTask;
        };
        await built.StartAsync();
        return ear;
    }

    /// <summary>As Studio does: nobody waits for an answer.</summary>
    public Task ObserveAsync(string instanceId) => connection.SendAsync("ObserveInstanceAsync", instanceId);

    public Task AskToObserveAsync(string instanceId) => connection.InvokeAsync("ObserveInstanceAsync", instanceId);

    public (long Started, long Completed, bool Blocked, bool Faulted) Of(string nodeId) => Stats.TryGetValue(nodeId, out var s)
        ? (s.GetProperty("startedCount").GetInt64(), s.GetProperty("completedCount").GetInt64(), s.GetProperty("isBlocked").GetBoolean(), s.GetProperty("isFaulted").GetBoolean())
        : default;

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private void Hear(string method, JsonElement argument)
    {
        if (method == "ActivityExecutionLogUpdatedAsync")
        {
            // All of a message at once, as Studio draws it.
            var all = new ConcurrentDictionary<string, JsonElement>(Stats);
            foreach (var stats in argument.GetProperty("stats").EnumerateArray())
            {
                all[stats.GetProperty("activityNodeId").GetString()!] = stats;
            }

            Stats = all;
        }

        Messages.Enqueue((method, argument));
    }
}
