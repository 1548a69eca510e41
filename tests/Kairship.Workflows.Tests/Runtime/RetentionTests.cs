using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetentionOptions NoPause = new() { Pause = TimeSpan.Zero };
    private readonly FakeTimeProvider time = new(Now);

    [Fact]
    public async Task Sweep_OverTenThousandWhileOthersRun_LosesNoneThatIsNotOver()
    {
        var store = new InMemoryWorkflowStore(time);
        await FillAsync(store, 10_000);
        await using var engine = new WorkflowHarness(store, time);
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("wait", "go"))));
        var dying = new DyingStore(store, diesAt: 30);

        using (var sweep = Sweep(dying))
        {
            await FluentActions.Awaiting(() => sweep.SweepAsync(CancellationToken.None)).Should().ThrowAsync<ProcessCrashedException>();
        }

        using var again = Sweep(store);
        var sweeping = Task.Run(() => again.SweepAsync(CancellationToken.None));
        var started = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            started.Add(await engine.StartAsync("w"));
            await engine.RunDueAsync();
        }

        var pruned = await sweeping;

        (dying.Pruned + pruned.Instances).Should().Be(10_000);
        var left = await store.ListInstancesAsync(new InstanceFilter(), new PageRequest(0, 1000), CancellationToken.None);
        left.Items.Select(i => i.Id).Should().BeEquivalentTo(started.Append("waiting").Append("fresh"));
        foreach (var id in started)
        {
            (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        }
    }

    [Fact]
    public async Task Loop_InTheHost_SweepsByTheClockAndSurvivesAFailure()
    {
        var store = new InMemoryWorkflowStore(time);
        await FillAsync(store, 10);
        var dying = new DyingStore(store, diesAt: 1);
        using var sweep = Sweep(dying, NoPause with { BatchInstances = 1000 });
        using var stop = new CancellationTokenSource();
        var running = sweep.RunAsync(stop.Token);

        while ((await store.ListInstancesAsync(new InstanceFilter(), new PageRequest(), CancellationToken.None)).Total > 2)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMinutes(10));
            await Task.Yield();
        }

        dying.Calls.Should().BeGreaterThan(1);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Sweep_WhenTurnedOff_DeletesNothing()
    {
        var store = new InMemoryWorkflowStore(time);
        await FillAsync(store, 10);
        using var sweep = Sweep(store, NoPause with { Finished = TimeSpan.Zero, Faulted = Timeout.InfiniteTimeSpan, StartKeys = TimeSpan.Zero });

        (await sweep.SweepAsync(CancellationToken.None)).Should().Be(new Pruned(0, 0, 0));
    }

    [Theory]
    [InlineData(-5, 3600, 100)]
    [InlineData(30, 0, 100)]
    [InlineData(30, 3600, 0)]
    public void Options_OutOfRange_AreRefusedByName(int finishedDays, int interval, int batch)
    {
        var options = new RetentionOptions { Finished = TimeSpan.FromDays(finishedDays), Interval = TimeSpan.FromSeconds(interval), BatchInstances = batch };

        FluentActions.Invoking(() => new WorkflowRuntimeOptions { Retention = options }.Validate()).Should().Throw<ArgumentException>().WithMessage("RetentionOptions.*");
    }

    private RetentionSweep Sweep(IWorkflowStore store, RetentionOptions? retention = null) =>
        new(store, new WorkflowRuntimeOptions { Owner = "r", Retention = retention ?? NoPause }, time, NullLogger<RetentionSweep>.Instance);

    /// <summary>That many which are over, one that waits and is older, one that has just ended.</summary>
    private static async Task FillAsync(InMemoryWorkflowStore store, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await EndAsync(store, $"old{i}", Now.AddDays(-100).AddMinutes(i), (InstanceStatus)((int)InstanceStatus.Finished + (i % 3)));
        }

        await store.CreateInstanceAsync(New("waiting", Now.AddDays(-200)), CancellationToken.None);
        await store.ClaimAsync("waiting", "x", TimeSpan.FromDays(1000), CancellationToken.None);
        await EndAsync(store, "fresh", Now.AddDays(-1), InstanceStatus.Finished);
    }

    private static NewInstance New(string id, DateTimeOffset at) => new(id, "w", "w:1", 1, null, null, null, new byte[1], null, at);

    private static async Task EndAsync(InMemoryWorkflowStore store, string id, DateTimeOffset at, InstanceStatus status)
    {
        await store.CreateInstanceAsync(New(id, at), CancellationToken.None);
        var claim = await store.ClaimAsync(id, "x", TimeSpan.FromMinutes(1), CancellationToken.None);
        await store.CommitAsync(
            [new InstanceCommit { InstanceId = id, Epoch = claim!.Epoch, State = new byte[1], Status = status, At = at, Release = true }], CancellationToken.None);
    }

    private sealed class DyingStore(IWorkflowStore inner, int diesAt) : StoreDecorator(inner)
    {
        public int Calls { get; private set; }

        public int Pruned { get; private set; }

        public override async Task<PruneResult> PruneInstancesAsync(PruneRequest request, CancellationToken cancellationToken)
        {
            if (++Calls == diesAt)
            {
                throw new ProcessCrashedException();
            }

            var result = await base.PruneInstancesAsync(request, cancellationToken);
            Pruned += result.Instances;
            return result;
        }
    }
}
