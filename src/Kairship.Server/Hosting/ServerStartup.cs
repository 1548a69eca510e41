using Kairship.Server.Access;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Hosting;

/// <summary>First of all hosted parts: the tables, this node's own leases of before, the first key.</summary>
internal sealed partial class ServerStartup(
    IWorkflowStore store, WorkflowRuntimeOptions runtime, KeyService keys, DataDirectory data, ServerOptions options, ILogger<ServerStartup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.MigrateAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerStartException($"The database cannot be used: {e.GetBaseException().Message}", 4, e);
        }

        // The folder's lock proves that nobody else lives under this name: what it still holds is of a process that died.
        if (await store.ReleaseOwnerAsync(runtime.Owner, cancellationToken) is > 0 and var freed)
        {
            Freed(freed);
        }

        if (await keys.CreateFirstAsync(cancellationToken) is { } token)
        {
            DataDirectory.WritePrivate(data.AdminKeyFile, token.ToString());
            FirstKey(data.AdminKeyFile);
        }

        if (options.ListensBeyondLoopback)
        {
            Exposed(options.Urls);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "{Count} workflow instances were held by this node when it died; they go on now")]
    private partial void Freed(int count);

    [LoggerMessage(LogLevel.Information, "The first key is in {File}")]
    private partial void FirstKey(string file);

    [LoggerMessage(LogLevel.Warning, "Listening on {Urls}: other machines reach this server. Put TLS in front of it")]
    private partial void Exposed(string urls);
}
