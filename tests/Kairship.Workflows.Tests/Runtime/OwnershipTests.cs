using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>Leases, fencing, poison and drain.</summary>
public sealed class OwnershipTests
{
    private static readonly string OneEffect = Def.Workflow("one", Def.Sequence("root", Def.Effect("a"), Def.Effect("b")));

    [Fact]
    public async Task LostLease_CancelsTheEffectAndTheNewOwnerFinishes()
    {
        await using var first = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "first" });
        await using var second = new WorkflowHarness(first.Store, first.Time, first.Ledger, new WorkflowRuntimeOptions { Owner = "second" });
        await first.ImportAsync(OneEffect);
        var id = await first.StartAsync("one");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Effect.During = async (_, token) =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        var burst = first.Runtime.RunAsync(id, CancellationToken.None);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));

        // The first node is cut off: its lease ends without a renewal, the second takes over.
        await first.Store.ReleaseOwnerAsync("first", CancellationToken.None);
        await second.RunToRestAsync();
        (await second.StatusAsync(id)).Should().Be(InstanceStatus.Finished);

        first.Time.Advance(TimeSpan.FromSeconds(15));
        await burst.WaitAsync(TimeSpan.FromSeconds(10));
        first.Ledger.Count($"{id}/a/1").Should().Be(1);
        first.Runtime.ActiveInstances.Should().Be(0);
    }

    [Fact]
    public async Task StoreOutOfReach_ForAsLongAsTheLease_CancelsTheEffect()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var engine = new WorkflowHarness(new NoRenewals(new InMemoryWorkflowStore(time)), time);
        await engine.ImportAsync(OneEffect);
        var id = await engine.StartAsync("one");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Effect.During = async (_, token) =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        var burst = engine.Runtime.RunAsync(id, CancellationToken.None);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));

        engine.Time.Advance(TimeSpan.FromSeconds(5));
        engine.Time.Advance(TimeSpan.FromSeconds(5));
        burst.IsCompleted.Should().BeFalse("the lease still lasts");
        engine.Time.Advance(TimeSpan.FromSeconds(5));

        await burst.WaitAsync(TimeSpan.FromSeconds(10));
        engine.Ledger.Total.Should().Be(0, "another node may run it by now");
    }

    [Fact]
    public async Task LongEffect_KeepsItsLease()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(OneEffect);
        var id = await engine.StartAsync("one");
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        engine.Effect.During = async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
        };
        var burst = engine.Runtime.RunAsync(id, CancellationToken.None);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 30; i++)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(5));
        }

        (await engine.Store.ClaimAsync(id, "thief", TimeSpan.FromSeconds(15), CancellationToken.None)).Should().BeNull();
        leave.SetResult();
        await burst.WaitAsync(TimeSpan.FromSeconds(10));
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Poison_ClaimedTooOftenWithoutACommit_IsQuarantinedAndCanBeLifted()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(OneEffect);
        var id = await engine.StartAsync("one");
        for (var i = 0; i < 5; i++)
        {
            (await engine.Store.ClaimAsync(id, "crashing", TimeSpan.FromSeconds(1), CancellationToken.None)).Should().NotBeNull();
            engine.Time.Advance(TimeSpan.FromSeconds(2));
        }

        await engine.RunDueAsync();
        (await engine.InstanceAsync(id)).QuarantineReason.Should().Contain("5 times");
        engine.Ledger.Total.Should().Be(0);

        (await engine.Runtime.LiftQuarantineAsync(id)).Should().BeTrue();
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Stop_WhileAnEffectRuns_RecordsItAndLeavesTheNextToOthers()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(OneEffect);
        var id = await engine.StartAsync("one");
        Task? stop = null;
        engine.Effect.During = (_, _) =>
        {
            stop = engine.Runtime.StopAsync(CancellationToken.None);
            return Task.CompletedTask;
        };
        await engine.Runtime.RunAsync(id, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await stop!.WaitAsync(TimeSpan.FromSeconds(10));

        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/a/1");
        await using var next = new WorkflowHarness(engine.Store, engine.Time, engine.Ledger);
        await next.RunToRestAsync();
        (await next.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/a/1", $"{id}/b/1");
        engine.Ledger.Total.Should().Be(2);
    }

    [Fact]
    public async Task Stop_PastTheDrainTimeout_CancelsTheEffectAndReleases()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(OneEffect);
        var id = await engine.StartAsync("one");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Effect.During = async (_, token) =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        var burst = engine.Runtime.RunAsync(id, CancellationToken.None);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var stop = engine.Runtime.StopAsync(CancellationToken.None);
        engine.Time.Advance(TimeSpan.FromSeconds(20));
        await Task.WhenAll(stop, burst).WaitAsync(TimeSpan.FromSeconds(10));

        (await engine.InstanceAsync(id)).Owner.Should().BeNull();
        await using var next = new WorkflowHarness(engine.Store, engine.Time, engine.Ledger);
        await next.RunToRestAsync();
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/a/1", $"{id}/b/1");
    }

    private sealed class NoRenewals(IWorkflowStore inner) : StoreDecorator(inner)
    {
        public override Task<IReadOnlyList<string>> RenewAsync(string owner, IReadOnlyList<HeldInstance> held, TimeSpan lease, CancellationToken cancellationToken) =>
            throw new TimeoutException("no answer");
    }
}
