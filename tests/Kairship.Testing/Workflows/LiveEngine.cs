using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Testing.Workflows;

/// <summary>An engine as a host runs it, on the real clock: dispatcher, sweep, pump, recovery at the start. One life of a process; a new one on the same store is a restart.</summary>
public sealed class LiveEngine : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider services;

    private LiveEngine(ServiceProvider services, IWorkflowStore store, EffectLedger ledger) => (this.services, Store, Ledger) = (services, store, ledger);

    public IWorkflowStore Store { get; }

    public EffectLedger Ledger { get; }

    public WorkflowRuntime Runtime => services.GetRequiredService<WorkflowRuntime>();

    /// <param name="during">Called in the middle of each effect.</param>
    public static async Task<LiveEngine> StartAsync(
        IWorkflowStore store, EffectLedger? ledger = null, WorkflowRuntimeOptions? options = null, Func<EffectContext, CancellationToken, Task>? during = null)
    {
        ledger ??= new EffectLedger();
        var provider = new ServiceCollection()
            .AddSingleton(store)
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<Activity>(new RecordingEffect(ledger) { During = during })
            .AddKairshipWorkflows(options ?? new WorkflowRuntimeOptions { Owner = "live", SweepMinInterval = TimeSpan.FromMilliseconds(20) })
            .BuildServiceProvider();
        var engine = new LiveEngine(provider, store, ledger);
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return engine;
    }

    public async Task ImportAsync(string json)
    {
        var imported = await services.GetRequiredService<DefinitionCatalog>().ImportAsync(json, publish: true, CancellationToken.None);
        if (!imported.Succeeded)
        {
            throw new InvalidOperationException(string.Join("; ", imported.Problems.Select(p => $"[{p.ActivityId}.{p.Property}] {p.Code}: {p.Message}")));
        }
    }

    public async Task<string> StartAsync(string definitionId, JsonObject? input = null, string? instanceId = null, string? correlationId = null)
    {
        var request = new StartRequest { DefinitionId = definitionId, Input = input ?? [], InstanceId = instanceId, CorrelationId = correlationId };
        var started = await Runtime.StartAsync(request, CancellationToken.None);
        return started.Started ? started.InstanceId! : throw new InvalidOperationException(started.Problem);
    }

    public Task<PostOutcome> EventAsync(string instanceId, string name, string key, JsonNode? payload = null) =>
        Runtime.SignalAsync(instanceId, new Stimulus(EventStimulus.Key(name), payload), key, CancellationToken.None);

    public async Task<InstanceRecord> InstanceAsync(string instanceId) =>
        await Store.GetInstanceAsync(instanceId, CancellationToken.None) ?? throw new InvalidOperationException($"No instance {instanceId}.");

    public async Task<long> CountAsync(params IReadOnlyList<InstanceStatus> statuses) =>
        (await Store.ListInstancesAsync(new InstanceFilter(Statuses: statuses), new PageRequest(0, 1), CancellationToken.None)).Total;

    public Task UntilStatusAsync(string instanceId, InstanceStatus status) =>
        UntilAsync(async () => (await InstanceAsync(instanceId)).Status == status, $"{instanceId} is not {status}");

    /// <exception cref="TimeoutException">It does not come true.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise, TimeSpan? within = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > (within ?? Patience))
            {
                throw new TimeoutException($"After {within ?? Patience}: {otherwise}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await services.DisposeAsync();
    }
}
