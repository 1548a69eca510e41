using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Storage;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kairship.Benchmarks.Engine;

/// <summary>The engine as a server has it, without the server: registration, store, hosted service.</summary>
internal sealed class EngineRig : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InstanceStatus>> waits = new();
    private bool hosted;

    private EngineRig(ServiceProvider services)
    {
        this.services = services;
        Store = services.GetRequiredService<IWorkflowStore>();
        Runtime = services.GetRequiredService<WorkflowRuntime>();
        Runtime.InstanceCommitted += Committed;
    }

    public IWorkflowStore Store { get; }

    public WorkflowRuntime Runtime { get; }

    public ServiceProvider Services => services;

    /// <summary>Null: the store in memory.</summary>
    public static async Task<EngineRig> OpenAsync(StorageOptions? storage)
    {
        var collection = new ServiceCollection().AddLogging().AddSingleton<Kairship.Workflows.Activities.Activity, NoopActivity>();
        collection = storage is null
            ? collection.AddSingleton(TimeProvider.System).AddSingleton<IWorkflowStore, InMemoryWorkflowStore>()
            : collection.AddKairshipStorage(storage);
        var rig = new EngineRig(collection.AddKairshipWorkflows(new WorkflowRuntimeOptions { Owner = "benchmark" }).BuildServiceProvider());
        await rig.Store.MigrateAsync(CancellationToken.None);
        return rig;
    }

    public async Task ImportAsync()
    {
        foreach (var json in Definitions.All)
        {
            var imported = await services.GetRequiredService<DefinitionCatalog>().ImportAsync(json, publish: true, CancellationToken.None);
            if (!imported.Succeeded)
            {
                throw new InvalidOperationException(string.Join("; ", imported.Problems.Select(p => p.Message)));
            }
        }
    }

    /// <summary>Migration, recovery, sweep and pump, as the host starts them.</summary>
    public async Task HostAsync()
    {
        hosted = true;
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>Returns when the instance has come to rest: suspended or finished, on the disk.</summary>
    public async Task<string> StartToRestAsync(string definitionId)
    {
        var started = await Runtime.StartAsync(new StartRequest { DefinitionId = definitionId, Input = new JsonObject() }, CancellationToken.None);
        var id = started.InstanceId ?? throw new InvalidOperationException(started.Problem);
        await RestAsync(id);
        return id;
    }

    /// <summary>Sends the event to an instance that waits for it; returns when it has finished.</summary>
    public async Task ResumeToRestAsync(string instanceId)
    {
        await Runtime.SignalAsync(instanceId, new Stimulus(EventStimulusKey, null), "key", CancellationToken.None);
        await RestAsync(instanceId);
    }

    /// <summary>Many callers, each beginning its next piece of work when the last one is done. Returns how many were done a second.</summary>
    public static async Task<double> ThroughputAsync(int callers, Func<bool> more, Func<Task> work)
    {
        var done = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (more())
            {
                await work();
                Interlocked.Increment(ref done);
            }
        })));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>For a time.</summary>
    public static Task<double> ThroughputAsync(int callers, TimeSpan duration, Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        return ThroughputAsync(callers, () => Stopwatch.GetElapsedTime(start) < duration, work);
    }

    /// <summary>A number of times.</summary>
    public static Task<double> ThroughputAsync(int callers, int count, Func<Task> work)
    {
        var left = count;
        return ThroughputAsync(callers, () => Interlocked.Decrement(ref left) >= 0, work);
    }

    public async ValueTask DisposeAsync()
    {
        if (hosted)
        {
            foreach (var service in services.GetServices<IHostedService>().Reverse())
            {
                await service.StopAsync(CancellationToken.None);
            }
        }

        await services.DisposeAsync();
    }

    private static StimulusKey EventStimulusKey => Kairship.Workflows.Activities.BuiltIn.EventStimulus.Key(Definitions.EventName);

    private async Task RestAsync(string id)
    {
        var status = await Of(id).Task;
        waits.TryRemove(id, out _);
        if (status is not (InstanceStatus.Suspended or InstanceStatus.Finished))
        {
            throw new InvalidOperationException($"Instance {id} is {status}.");
        }
    }

    private void Committed(string id, InstanceStatus status)
    {
        if (status is not (InstanceStatus.Pending or InstanceStatus.Executing))
        {
            Of(id).TrySetResult(status);
        }
    }

    /// <summary>The commit may be told before the start has returned the id.</summary>
    private TaskCompletionSource<InstanceStatus> Of(string id) =>
        waits.GetOrAdd(id, _ => new TaskCompletionSource<InstanceStatus>(TaskCreationOptions.RunContinuationsAsynchronously));
}
