using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class OperationTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    /// <summary>"bad" fails while x is "fatal"; "wait" waits; "good" is done.</summary>
    private static string Branches { get; } = Def.Workflow("w", Def.Sequence("root",
        Def.Activity("Elsa.Parallel", "p", ("activities", new JsonArray(
            Def.Effect("good"), Def.Effect("bad", ("fail", Def.Js("getX()", "String"))), Def.Event("wait", "go")))),
        Def.Effect("last", ("value", Def.Js("getX()")))), ("x", "String", "fatal"), ("n", "Int32", "0"));

    [Fact]
    public async Task SetVariable_ThenRetry_OfAFaultedInstance_EvaluatesTheInputsAgainAndRerunsNothingElse()
    {
        var id = await engine.RunAsync(Branches);

        (await engine.Runtime.SetVariableAsync(id, "X", "0", null, None)).Should().Be(new OperationResult(OperationOutcome.Applied));
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted, "a changed variable retries nothing");
        (await engine.Runtime.RetryAsync(id, "bad", None)).IsApplied.Should().BeTrue();
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Should().BeEquivalentTo(new Dictionary<string, string>
        {
            [$"{id}/good/1"] = "good=", [$"{id}/bad/1"] = "bad=", [$"{id}/last/1"] = "last=\"0\"",
        });
        engine.Ledger.Total.Should().Be(3);
    }

    [Fact]
    public async Task Skip_OfWhatFaultedAndOfWhatWaits_GoesOnBehindThemWithoutDoingThem()
    {
        var id = await engine.RunAsync(Branches);

        (await engine.Runtime.SkipAsync(id, $"{id}/bad/1", null, None)).IsApplied.Should().BeTrue();
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        (await engine.Runtime.SkipAsync(id, "wait", null, None)).IsApplied.Should().BeTrue();
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/good/1", $"{id}/last/1");
        (await engine.JournalAsync(id, "Skipped")).Should().Equal("bad", "wait");
    }

    [Fact]
    public async Task Skip_OfARunningEffect_CancelsItsTokenAndIgnoresItsResult()
    {
        await engine.ImportAsync(Def.Workflow("s", Def.Sequence("root", Def.Effect("slow"), Def.Effect("next"))));
        var id = await engine.StartAsync("s");
        var cancelled = false;
        engine.Effect.During = async (context, token) =>
        {
            if (context.ActivityId == "slow")
            {
                await engine.Runtime.SkipAsync(id, "slow", null, None);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(t => cancelled = t.IsCanceled, TaskScheduler.Default);
            }
        };
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        cancelled.Should().BeTrue();
        engine.Ledger.Distinct.Keys.Should().Equal($"{id}/next/1");
    }

    [Theory]
    [InlineData("unknown", "7", "There is no variable 'unknown'")]
    [InlineData("n", "seven", "Variable 'n'")]
    public async Task SetVariable_ThatCannotBe_IsRefusedAndChangesNothing(string variable, string value, string why)
    {
        var id = await engine.RunAsync(Branches);

        var result = await engine.Runtime.SetVariableAsync(id, variable, value, null, None);

        result.Outcome.Should().Be(OperationOutcome.Refused);
        result.Reason.Should().Contain(why);
        (await engine.SnapshotAsync(id)).Variables.ToJsonString().Should().Be("""{"x":"fatal","n":0}""");
    }

    [Fact]
    public async Task Operations_ThatCannotBe_SayWhatCould()
    {
        var id = await engine.RunAsync(Branches);

        (await engine.Runtime.RetryAsync(id, "good", None)).Should().Be(new OperationResult(OperationOutcome.Refused, "'good' has not faulted. Faulted: 'bad/1'."));
        (await engine.Runtime.SkipAsync(id, "good", null, None)).Reason.Should().Be("Nothing that runs is called 'good'.");
        (await engine.Runtime.SkipAsync(id, "wait", ["Nope"], None)).Reason.Should().Be("'wait' has no outcome 'Nope'. It has: Done.");
        (await engine.Runtime.SetVariableAsync(id, "x", "0", "nope/1", None)).Reason.Should().Be("There is no execution 'nope/1'.");
        (await engine.Runtime.RetryAsync("nobody", null, None)).Outcome.Should().Be(OperationOutcome.NotFound);
    }

    [Fact]
    public async Task Commands_ThatBecameImpossibleOnTheWay_AreLinesInTheJournalAndNothingElse()
    {
        var id = await engine.RunAsync(Branches);
        await engine.Runtime.SkipAsync(id, "bad", null, None);
        (await engine.Runtime.SkipAsync(id, "bad", null, None)).IsApplied.Should().BeTrue("the first has not been carried out yet");

        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Suspended);
        (await engine.JournalAsync(id, "CommandRefused")).Should().ContainSingle().Which.Should().Contain("Skip: Nothing that runs is called 'bad'");
    }

    [Fact]
    public async Task SetVariable_OfALoopIteration_NeedsItsExecutionWhenThereAreSeveral()
    {
        var id = await engine.RunAsync(Def.Workflow("l", Def.Activity("Elsa.ParallelForEach", "root", ("items", Def.Input("Object", "[1,2]")),
            ("body", Def.Sequence("s", Def.Event("e", "go"), Def.Effect("do", ("value", Def.Js("getCurrentValue()"))))))));

        (await engine.Runtime.SetVariableAsync(id, "CurrentValue", 7, null, None)).Reason.Should().StartWith("2 executions have a variable 'CurrentValue'");
        (await engine.Runtime.SetVariableAsync(id, "CurrentValue", 7, $"{id}/s/2", None)).IsApplied.Should().BeTrue();
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();

        engine.Ledger.Distinct.Values.Should().BeEquivalentTo("do=1", "do=7");
    }

    [Fact]
    public async Task Resume_OfAPausedInstanceThatFaulted_LeavesItFaultedUntilItIsRetried()
    {
        var id = await engine.RunAsync(Branches);
        (await engine.Runtime.PauseAsync(id, None)).Should().Be(PostOutcome.Posted);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        await engine.Runtime.SkipAsync(id, "bad", null, None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Paused);
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Paused);

        await engine.Runtime.ResumeAsync(id, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Skip_OfAPoisonousActivity_LetsTheQuarantinedInstanceGoOn()
    {
        var id = await engine.RunAsync(Def.Workflow("q", Def.Sequence("root", Def.Event("wait", "go"), Def.Effect("next"))));
        await engine.Store.SetQuarantineAsync(id, "poison", None);

        (await engine.Runtime.SkipAsync(id, "wait", null, None)).IsApplied.Should().BeTrue();
        await engine.RunToRestAsync();
        (await engine.InstanceAsync(id)).QuarantineReason.Should().NotBeNull();
        await engine.Runtime.LiftQuarantineAsync(id, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task Cancel_OfAQuarantinedInstance_EndsIt()
    {
        var id = await engine.RunAsync(Branches);
        await engine.Runtime.SkipAsync(id, "bad", null, None);
        await engine.RunToRestAsync();
        await engine.Store.SetQuarantineAsync(id, "poison", None);

        await engine.Runtime.CancelAsync(id, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
    }
}
