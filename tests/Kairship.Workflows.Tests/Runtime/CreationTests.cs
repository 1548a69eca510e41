using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>An instance that runs where it is created is claimed with its creation.</summary>
public sealed class CreationTests : IAsyncDisposable
{
    private static readonly Stimulus Go = new(EventStimulus.Key("go"), null);

    private readonly WatchedStore store = new(new InMemoryWorkflowStore(TimeProvider.System));
    private readonly WorkflowHarness harness;
    private readonly WorkflowRuntime runtime;
    private readonly TaskCompletionSource<InstanceStatus> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CreationTests()
    {
        harness = new WorkflowHarness(store);
        runtime = new WorkflowRuntime(
            store, harness.Catalog, new WorkflowRuntimeOptions { Owner = "here" }, TimeProvider.System, NullLogger<WorkflowRuntime>.Instance);
        runtime.InstanceCommitted += (_, status) =>
        {
            if (status is InstanceStatus.Finished or InstanceStatus.Faulted)
            {
                finished.TrySetResult(status);
            }
        };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_RunsHere_WithoutAClaimOfItsOwn()
    {
        await harness.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Activity("Elsa.Start", "a"))));

        var started = await runtime.StartAsync(new StartRequest { DefinitionId = "w" }, Cancel);

        (await EndAsync()).Should().Be(InstanceStatus.Finished);
        store.Claims.Should().Be(0);
        (await store.GetInstanceAsync(started.InstanceId!, Cancel))!.Owner.Should().BeNull();
    }

    [Fact]
    public async Task Start_SignalledBeforeItRuns_SeesTheSignal()
    {
        await harness.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("wait", "go"))));
        store.Created = id => runtime.SignalAsync(id, Go, "key", Cancel);

        await runtime.StartAsync(new StartRequest { DefinitionId = "w" }, Cancel);

        (await EndAsync()).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Start_WithAKeySeenBefore_LeavesTheFirstOneAlone()
    {
        await harness.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("wait", "go"))));
        var first = await runtime.StartAsync(new StartRequest { DefinitionId = "w", DedupeKey = "key" }, Cancel);
        var second = await runtime.StartAsync(new StartRequest { DefinitionId = "w", DedupeKey = "key" }, Cancel);

        (second.Outcome, second.InstanceId).Should().Be((StartOutcome.Duplicate, first.InstanceId));
        await runtime.SignalAsync(first.InstanceId!, Go, "key", Cancel);
        (await EndAsync()).Should().Be(InstanceStatus.Finished);
        await WaitUntilAsync(() => runtime.ActiveInstances == 0);
    }

    [Fact]
    public async Task Start_ThatTheStoreRefuses_LeavesNothingBehind()
    {
        await harness.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Activity("Elsa.Start", "a"))));
        store.Refuses = true;

        var start = () => runtime.StartAsync(new StartRequest { DefinitionId = "w" }, Cancel);

        await start.Should().ThrowAsync<IOException>();
        runtime.ActiveInstances.Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        await runtime.DisposeAsync();
        await harness.DisposeAsync();
    }

    private Task<InstanceStatus> EndAsync() => finished.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancel);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }

        condition().Should().BeTrue();
    }

    private sealed class WatchedStore(IWorkflowStore inner) : StoreDecorator(inner)
    {
        private int claims;

        public int Claims => claims;

        public bool Refuses { get; set; }

        /// <summary>Called when the instance is there and the creator does not know it yet.</summary>
        public Func<string, Task>? Created { get; set; }

        public override async Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken)
        {
            if (Refuses)
            {
                throw new IOException("The disk is full.");
            }

            var created = await base.CreateInstanceAsync(instance, cancellationToken);
            await (Created?.Invoke(created.InstanceId) ?? Task.CompletedTask);
            return created;
        }

        public override Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref claims);
            return base.ClaimAsync(instanceId, owner, lease, mostClaims, cancellationToken);
        }
    }
}
