using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>The engine as a host runs it: registration, dispatcher, sweep and pump, on the real clock.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly EffectLedger ledger = new();
    private readonly InMemoryWorkflowStore store = new(TimeProvider.System);
    private ServiceProvider services = null!;

    public async ValueTask InitializeAsync()
    {
        services = Build(store);
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
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

    private WorkflowRuntime Runtime => services.GetRequiredService<WorkflowRuntime>();

    [Fact]
    public async Task Host_ManyInstancesWithDelaysEventsAndMessages_AllFinish()
    {
        await ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Delay("d", "00:00:00.2"), Def.Event("e", "go"), Def.Effect("b"))));
        var ids = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            ids.Add((await Runtime.StartAsync(new StartRequest { DefinitionId = "w" }, CancellationToken.None)).InstanceId!);
        }

        await Task.WhenAll(ids.Select(id => Runtime.SignalAsync(id, new Stimulus(EventStimulus.Key("go"), null), "go", CancellationToken.None)));

        await UntilAsync(async () => (await store.ListInstancesAsync(new InstanceFilter(Statuses: [InstanceStatus.Finished]), new PageRequest(), CancellationToken.None)).Total == 50);
        ledger.Distinct.Should().HaveCount(100);
        ledger.Total.Should().Be(100);
    }

    [Fact]
    public async Task Host_ChildInstance_TellsItsParent()
    {
        await ImportAsync(Def.Workflow("parent", Def.Sequence("root", Def.Effect("hold", ("waitFor", Def.Literal("never"))))));
        await ImportAsync(Def.Workflow("child", Def.Sequence("root", Def.WriteLine("l"))));
        var parent = (await Runtime.StartAsync(new StartRequest { DefinitionId = "parent" }, CancellationToken.None)).InstanceId!;
        await Runtime.StartAsync(new StartRequest { DefinitionId = "child", ParentInstanceId = parent }, CancellationToken.None);

        await UntilAsync(async () => (await store.ReadInboxAsync(parent, CancellationToken.None)).Count == 1);
    }

    [Fact]
    public async Task Host_StartedAfterACrash_GoesOnWithoutWaitingForTheLease()
    {
        await ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go"))));
        var id = (await Runtime.StartAsync(new StartRequest { DefinitionId = "w" }, CancellationToken.None)).InstanceId!;
        await UntilAsync(async () => (await store.GetInstanceAsync(id, CancellationToken.None))!.Status == InstanceStatus.Suspended);
        (await store.ClaimAsync(id, Environment.MachineName, TimeSpan.FromHours(1), CancellationToken.None)).Should().NotBeNull();
        await using var next = Build(store);
        var host = next.GetServices<IHostedService>().Single();
        await host.StartAsync(CancellationToken.None);
        await next.GetRequiredService<WorkflowRuntime>().SignalAsync(id, new Stimulus(EventStimulus.Key("go"), null), "go", CancellationToken.None);

        await UntilAsync(async () => (await store.GetInstanceAsync(id, CancellationToken.None))!.Status == InstanceStatus.Finished);
        await host.StopAsync(CancellationToken.None);
    }

    private ServiceProvider Build(IWorkflowStore on) => new ServiceCollection()
        .AddSingleton(on)
        .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
        .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
        .AddSingleton<Activity>(new RecordingEffect(ledger))
        .AddKairshipWorkflows()
        .BuildServiceProvider();

    private async Task ImportAsync(string json) =>
        (await services.GetRequiredService<DefinitionCatalog>().ImportAsync(json, true, CancellationToken.None)).Problems.Where(p => p.IsError).Should().BeEmpty();

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }
}
