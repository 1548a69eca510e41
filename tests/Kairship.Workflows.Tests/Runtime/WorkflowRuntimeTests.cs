using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class WorkflowRuntimeTests : IAsyncDisposable
{
    private static readonly string TwoEffects = Def.Workflow("two", Def.Sequence("root", Def.Effect("a"), Def.Event("go", "go"), Def.Effect("b")));
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Run_SequenceWithEffectDelayAndEvent_FinishesWithOutput()
    {
        var json = Def.Workflow("w", Def.Sequence("root",
            Def.Effect("a", ("value", Def.Js("1 + getInput('n')")), ("result", Def.Output("x"))),
            Def.Delay("wait", "00:10:00"),
            Def.Event("ev", "go", "y"),
            Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("sum")), ("outputValue", Def.Js("getX() + getY()")))), ("x", "Int32", "0"), ("y", "Int32", "0"));
        var id = await engine.RunAsync(json, new JsonObject { ["n"] = 2 });

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        await engine.EventAsync(id, "go", 40);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.SnapshotAsync(id)).Output["sum"]!.GetValue<int>().Should().Be(43);
        engine.Ledger.Distinct.Should().ContainKey($"{id}/a/1").And.HaveCount(1);
    }

    [Fact]
    public async Task Signal_BeforeAnythingWaitsForIt_IsKeptAndUsedOnceItDoes()
    {
        await engine.ImportAsync(TwoEffects);
        var id = await engine.StartAsync("two");
        (await engine.EventAsync(id, "go", key: "k")).Should().Be(PostOutcome.Posted);
        (await engine.EventAsync(id, "go", key: "k")).Should().Be(PostOutcome.Duplicate);

        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.EventAsync(id, "go")).Should().Be(PostOutcome.Finished);
        (await engine.EventAsync("nobody", "go")).Should().Be(PostOutcome.NotFound);
    }

    [Fact]
    public async Task Signal_ThatNothingEverWaitsFor_StaysWithoutMakingTheInstanceRunAgain()
    {
        var id = await engine.RunAsync(TwoEffects);
        await engine.EventAsync(id, "other");
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        (await engine.Store.ReadInboxAsync(id, CancellationToken.None)).Should().ContainSingle();
        (await engine.Store.NextDueAsync(CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task Signals_InRapidSuccession_EachResumeOneRound()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Activity("Elsa.For", "root", ("start", Def.Literal("1", "Int32")), ("end", Def.Literal("5", "Int32")),
            ("body", Def.Sequence("s", Def.Event("e", "tick", "x"), Def.WriteLine("l", "getX()")))), ("x", "Object", null)));
        for (var i = 1; i <= 5; i++)
        {
            await engine.EventAsync(id, "tick", $"t{i}");
        }

        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.JournalAsync(id, "Note")).Should().Equal("l t1", "l t2", "l t3", "l t4", "l t5");
    }

    [Fact]
    public async Task Start_SameDedupeKeyTwice_StartsOneInstance()
    {
        await engine.ImportAsync(TwoEffects);
        var first = await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "two", DedupeKey = "webhook:1" }, CancellationToken.None);
        var second = await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "two", DedupeKey = "webhook:1" }, CancellationToken.None);

        (first.Outcome, second.Outcome, second.InstanceId).Should().Be((StartOutcome.Started, StartOutcome.Duplicate, first.InstanceId));
    }

    [Fact]
    public async Task Start_WhatCannotStart_SaysWhy()
    {
        var json = JsonNode.Parse(TwoEffects)!;
        json["inputs"] = new JsonArray(new JsonObject { ["name"] = "count", ["type"] = "Int32" });
        await engine.ImportAsync(json.ToJsonString());

        (await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "nope" }, CancellationToken.None)).Should().BeEquivalentTo(
            new { Outcome = StartOutcome.DefinitionNotFound, Problem = "There is no published definition 'nope'." });
        var wrong = await engine.Runtime.StartAsync(new StartRequest { DefinitionId = "two", Input = new JsonObject { ["count"] = "many" } }, CancellationToken.None);
        wrong.Outcome.Should().Be(StartOutcome.InputInvalid);
        wrong.Problem.Should().Contain("'count'").And.Contain("Int32");
        var right = await engine.StartAsync("two", new JsonObject { ["Count"] = "7" });
        (await engine.SnapshotAsync(right)).Input["count"]!.GetValue<int>().Should().Be(7);
    }

    [Fact]
    public async Task Pause_WhileAnEffectRuns_RecordsItAndStartsNothingUntilResumed()
    {
        await engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Effect("b"))));
        var id = await engine.StartAsync("w");
        engine.Effect.During = (context, _) => context.ActivityId == "a" ? engine.Runtime.PauseAsync(id, CancellationToken.None) : Task.CompletedTask;
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Paused);
        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/a/1");

        await engine.Runtime.ResumeAsync(id, CancellationToken.None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Total.Should().Be(2);
    }

    [Fact]
    public async Task Cancel_WhileAnEffectRuns_CancelsItsTokenAndEndsCancelled()
    {
        await engine.ImportAsync(TwoEffects);
        var id = await engine.StartAsync("two");
        var cancelled = false;
        engine.Effect.During = async (_, token) =>
        {
            await engine.Runtime.CancelAsync(id, CancellationToken.None);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(t => cancelled = t.IsCanceled, TaskScheduler.Default);
        };
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        cancelled.Should().BeTrue();
        engine.Ledger.Total.Should().Be(0);
    }

    [Fact]
    public async Task Cancel_OfAWaitingInstance_RemovesItsBookmarks()
    {
        var id = await engine.RunAsync(TwoEffects);
        await engine.Runtime.CancelAsync(id, CancellationToken.None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        (await engine.Runtime.PublishAsync(new Stimulus(EventStimulus.Key("go"), null), null, "k", CancellationToken.None)).Count.Should().Be(0);
    }

    [Fact]
    public async Task Fault_InOneBranch_LetsRunningEffectsEndAndRetryRepeatsOnlyWhatFaulted()
    {
        var json = Def.Workflow("w", Def.Sequence("root",
            Def.Activity("Elsa.Parallel", "p", ("activities", new JsonArray(
                Def.Effect("good"), Def.Effect("bad", ("fail", Def.Js("getX()", "String"))), Def.Event("wait", "go")))),
            Def.Effect("last")), ("x", "String", "fatal"));
        var id = await engine.RunAsync(json);

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (await engine.InstanceAsync(id)).IncidentCount.Should().Be(1);
        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/good/1");
        (await engine.EventAsync(id, "go")).Should().Be(PostOutcome.Finished);

        engine.Effect.During = (context, _) =>
        {
            context.Inputs["Fail"] = "0";
            return Task.CompletedTask;
        };
        (await engine.Runtime.RetryAsync(id)).IsApplied.Should().BeTrue();
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        (await engine.Runtime.PublishAsync(new Stimulus(EventStimulus.Key("go"), null), null, "k", CancellationToken.None)).Count.Should().Be(1);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Count($"{id}/good/1").Should().Be(1);
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/good/1", $"{id}/bad/1", $"{id}/last/1");
        (await engine.Runtime.RetryAsync(id)).Outcome.Should().Be(OperationOutcome.Finished);
    }

    [Fact]
    public async Task Cancel_OfAFaultedInstance_EndsItWithoutRetrying()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a", ("fail", Def.Literal("fatal"))))));
        await engine.Runtime.CancelAsync(id, CancellationToken.None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        (await engine.JournalAsync(id, "Retried")).Should().BeEmpty();
    }

    [Theory]
    [InlineData(4, InstanceStatus.Finished)]
    [InlineData(5, InstanceStatus.Faulted)]
    public async Task Retry_OfTransientFailures_BacksOffUntilAttemptsAreUsedUp(int failures, InstanceStatus end)
    {
        var started = engine.Time.GetUtcNow();
        var id = await engine.RunAsync(Def.Workflow("w", Def.Effect("root", ("fail", Def.Literal($"{failures}")))));

        (await engine.StatusAsync(id)).Should().Be(end);
        (await engine.JournalAsync(id, "Retrying")).Should().HaveCount(4);
        // Decorrelated jitter: about 2^4/1.4 s in all, at least half of that.
        (engine.Time.GetUtcNow() - started).TotalSeconds.Should().BeInRange(5, 12);
    }

    [Fact]
    public async Task Effects_OfParallelBranches_RunAtTheSameTimeWithinTheirLimit()
    {
        await using var limited = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", MaxConcurrentEffectsPerInstance = 3 });
        var (running, most) = (0, 0);
        var three = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        limited.Effect.During = async (_, token) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            if (now == 3)
            {
                three.TrySetResult();
            }

            await three.Task.WaitAsync(TimeSpan.FromSeconds(10), token);
            Interlocked.Decrement(ref running);
        };
        var id = await limited.RunAsync(Def.Workflow("w", Def.Activity("Elsa.ParallelForEach", "root", ("items", Def.Input("Object", "[1,2,3,4,5,6,7]")), ("body", Def.Effect("e")))));

        (await limited.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        most.Should().Be(3);
        limited.Ledger.Total.Should().Be(7);
    }

    [Fact]
    public async Task State_PastItsLimit_FaultsTheActivityAndKeepsTheRest()
    {
        await using var small = new WorkflowHarness(options: new WorkflowRuntimeOptions { Owner = "x", Limits = new ExecutionLimits { MaxStateBytes = 8192 } });
        var id = await small.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a", ("value", Def.Js("'x'.repeat(10)"))),
            Def.Effect("big", ("value", Def.Js("'x'.repeat(5000)")), ("result", Def.Output("x")))), ("x", "Object", null)));

        (await small.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (await small.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.Should().Match<Kairship.Workflows.Execution.Incident>(i => i.Type == "StateTooLarge" && i.ActivityId == "big");
    }

    [Fact]
    public async Task Commits_OfAFreshWorkflowWithoutEffects_AreOne()
    {
        var store = new CrashingStore(new InMemoryWorkflowStore(engine.Time));
        await using var counted = new WorkflowHarness(store, engine.Time);
        await counted.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.WriteLine("a"), Def.WriteLine("b"))));
        store.Commits.Should().Be(1);

        await counted.RunAsync(Def.Workflow("e", Def.Sequence("root", Def.Effect("a"), Def.Effect("b"))));
        store.Commits.Should().Be(1 + 3, "the intent of a, the result of a with the intent of b, the result of b with the end");
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
