using Kairship.Workflows.Storage;
using Microsoft.Extensions.Hosting;

namespace Kairship.Workflows.Runtime;

/// <summary>The engine's part of the host's life: tables, recovery, sweep and pump; drain at the end.</summary>
internal sealed class WorkflowHost(IWorkflowStore store, WorkflowRuntime runtime, DueInstanceSweep sweep, OutboxPump pump, RetentionSweep retention) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.MigrateAsync(cancellationToken);
        await runtime.RecoverAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await runtime.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(sweep.RunAsync(stoppingToken), pump.RunAsync(stoppingToken), retention.RunAsync(stoppingToken));
}
