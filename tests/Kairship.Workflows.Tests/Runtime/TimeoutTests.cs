using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class TimeoutTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    public static TheoryData<string, JsonObject> Slow { get; } = new()
    {
        { "a wait", Def.Event("slow", "never") },
        { "a container", Def.Sequence("slow", Def.Effect("inside"), Def.Event("e", "never")) },
        { "an effect that waits", Def.Effect("slow", ("waitFor", Def.Literal("never"))) },
        { "an effect that fails and fails", Def.Effect("slow", ("fail", Def.Literal("1000"))).With(("kairship:retry", JsonNode.Parse("""{"maxAttempts": 1000, "backoffType": "Constant"}"""))) },
    };

    [Theory]
    [MemberData(nameof(Slow))]
    public async Task Timeout_WithAConnection_LeavesByIt(string what, JsonObject slow)
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root",
            [((JsonObject)slow.DeepClone()).With(("kairship:timeout", "00:00:30")), Def.Effect("late"), Def.Effect("done")], "slow.Timeout -> late", "slow -> done")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished, what);
        engine.Ledger.Distinct.Keys.Should().Contain($"{id}/late/1").And.NotContain($"{id}/done/1");
        engine.Time.GetUtcNow().Should().Be(new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero));
    }

    [Theory]
    [MemberData(nameof(Slow))]
    public async Task Timeout_WithoutAConnection_IsAnIncidentAndARetryHasTheWholeTimeAgain(string what, JsonObject slow)
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root", [((JsonObject)slow.DeepClone()).With(("kairship:timeout", "00:00:30")), Def.Effect("done")], "slow -> done")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted, what);
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Type.Should().Be("Timeout");
        engine.Time.Advance(TimeSpan.FromHours(1));
        await engine.Runtime.RetryAsync(id, null, None);
        await engine.RunDueAsync();
        (await engine.SnapshotAsync(id)).Running.Single(r => r.ActivityId == "slow").Deadline.Should().Be(engine.Time.GetUtcNow().AddSeconds(30));
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);

        await engine.Runtime.SkipAsync(id, "slow", null, None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Timeout_OrSkip_OfAWaitForAChild_LeavesNoChildBehind(bool skip)
    {
        await engine.ImportAsync(Def.Workflow("child", Def.Event("wait", "go")));
        await engine.ImportAsync(Def.Workflow("w", Def.Flowchart("root",
            [
                Def.Activity("Elsa.ExecuteWorkflow", "call", ("workflowDefinitionId", Def.Literal("child")), ("waitForCompletion", Def.Literal("true", "Boolean"))).With(("kairship:timeout", "00:00:30")),
                Def.Effect("late"),
            ],
            "call.Timeout -> late", "call -> late")));
        var id = await engine.StartAsync("w");
        await engine.RunDueAsync();
        if (skip)
        {
            (await engine.Runtime.SkipAsync(id, "call", null, None)).IsApplied.Should().BeTrue();
        }

        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        var child = (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id), new PageRequest(0, 2), None)).Items.Should().ContainSingle().Subject;
        child.Status.Should().Be(InstanceStatus.Cancelled);
    }

    [Fact]
    public async Task Timeout_OfARunningEffect_CancelsItsToken()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Effect.During = async (context, token) =>
        {
            if (context.ActivityId == "slow")
            {
                started.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(t => cancelled.SetResult(t.IsCanceled), TaskScheduler.Default);
            }
        };
        await engine.ImportAsync(Def.Workflow("w", Def.Flowchart("root", [Def.Effect("slow").With(("kairship:timeout", "00:00:30")), Def.Effect("late")], "slow.Timeout -> late")));
        var id = await engine.StartAsync("w");
        var running = engine.RunDueAsync();
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        while (!running.IsCompleted)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(31));
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        await running;
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Should().BeTrue();
        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/late/1");
    }

    [Fact]
    public async Task Timeout_CountsThroughAPause_AndHappensWhenItEnds()
    {
        await engine.ImportAsync(Def.Workflow("w", Def.Flowchart("root", [Def.Event("slow", "go").With(("kairship:timeout", "00:00:30")), Def.Effect("late")], "slow.Timeout -> late")));
        var id = await engine.StartAsync("w");
        await engine.RunDueAsync();
        await engine.Runtime.PauseAsync(id, None);
        await engine.RunDueAsync();
        engine.Time.Advance(TimeSpan.FromMinutes(5));
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Paused);

        await engine.Runtime.ResumeAsync(id, None);
        await engine.RunDueAsync();

        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/late/1");
    }

    [Fact]
    public async Task Wait_ThatEndedInTime_CountsEvenWhenBothWereOverBeforeAnybodyLooked()
    {
        await engine.ImportAsync(Def.Workflow("w", Def.Flowchart("root",
            [Def.Delay("nap", "00:00:20").With(("kairship:timeout", "00:00:30")), Def.Effect("late"), Def.Effect("done")], "nap.Timeout -> late", "nap -> done")));
        var id = await engine.StartAsync("w");
        await engine.RunDueAsync();
        engine.Time.Advance(TimeSpan.FromHours(1));
        await engine.RunDueAsync();

        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/done/1");
    }

    [Fact]
    public async Task Timeout_CrashAnywhere_DoesNotShow()
    {
        var json = Def.Workflow("w", Def.Flowchart("root",
            [Def.Sequence("slow", Def.Effect("inside"), Def.Event("e", "never")).With(("kairship:timeout", "00:00:30")), Def.Effect("late", ("fail", Def.Literal("2")))], "slow.Timeout -> late"));

        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), json, []);

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Effects.Keys.Should().BeEquivalentTo("/inside/1", "/late/1");
    }
}
