using Kairship.Workflows.Runtime;

namespace Kairship.Server.Hosting;

/// <summary>Last of all hosted parts: ready once the others have started, and the first to hear that the process ends.</summary>
internal sealed partial class ServerReadiness(
    ServerState state, WorkflowRuntime runtime, IHostApplicationLifetime lifetime, ILogger<ServerReadiness> logger) : IHostedService, IDisposable
{
    private CancellationTokenRegistration stopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        stopping = lifetime.ApplicationStopping.Register(state.MarkDraining);
        state.MarkStarted();
        return Task.CompletedTask;
    }

    /// <summary>Stops first: claims end, each burst reaches its next commit, while the API still answers those that are under way.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Draining();
        await runtime.StopAsync(cancellationToken);
        Drained();
    }

    public void Dispose() => stopping.Dispose();

    [LoggerMessage(LogLevel.Information, "Stopping: no new work; running activities reach their next commit")]
    private partial void Draining();

    [LoggerMessage(LogLevel.Information, "Nothing runs any more")]
    private partial void Drained();
}
