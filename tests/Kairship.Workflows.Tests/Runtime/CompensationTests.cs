using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class CompensationTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Cancel_CompensatesWhatCompleted_LastFirst_WithItsInputsAndOutputs()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root",
            [
                Step("a").With(("kairship:compensation", "undo-a")), Def.Activity("Elsa.ForEach", "each", ("items", Def.Input("Object", "[1,2]")), ("body", Step("item", Def.Js("getCurrentValue()")))),
                Def.Effect("plain"), Def.Event("wait", "go"), Step("never"), Def.Effect("undo-a", ("value", Def.Js("getCompensatedInput().Value + ' ' + getCompensatedOutput().Result"))),
            ],
            "a -> each", "each -> plain", "plain -> wait", "wait -> never")));

        await engine.Runtime.CancelAsync(id, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        (await UndoneAsync(id)).Should().Equal("undo-item", "undo-item", "undo-a");
        engine.Ledger.Distinct.Where(d => d.Key.Contains("undo", StringComparison.Ordinal)).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            [$"{id}/undo-item/1"] = "undo-item=2", [$"{id}/undo-item/2"] = "undo-item=1", [$"{id}/undo-a/1"] = "undo-a=\"a a\"",
        });
    }

    [Fact]
    public async Task Cancel_OfAPausedAndOfAFaultedInstance_CompensatesToo()
    {
        var json = Def.Workflow("w", Def.Sequence("root", Step("a"), Def.Effect("bad", ("fail", Def.Literal("fatal")))));
        var faulted = await engine.RunAsync(json);
        await engine.Runtime.PauseAsync(faulted, None);
        await engine.RunToRestAsync();
        await engine.Runtime.CancelAsync(faulted, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(faulted)).Should().Be(InstanceStatus.Cancelled);
        (await UndoneAsync(faulted)).Should().Equal("undo-a");
    }

    [Fact]
    public async Task Compensation_ThatFaults_IsAnIncidentThatCanBeSkippedAndTheRestIsUndone()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Step("a"), Step("b", undo: Def.Effect("undo-b", ("fail", Def.Literal("fatal")))), Def.Event("wait", "go"))));
        await engine.Runtime.CancelAsync(id, None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (await engine.SnapshotAsync(id)).Should().Match<Kairship.Workflows.Execution.InstanceSnapshot>(s => s.IsCancelling && s.IsCompensating);

        await engine.Runtime.RetryAsync(id, null, None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        await engine.Runtime.SkipAsync(id, "undo-b", null, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/a/1", $"{id}/b/1", $"{id}/undo-a/1");
    }

    [Fact]
    public async Task Cancel_WhileItCompensates_GivesTheRestUp_ButTheSameCancelAgainDoesNot()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Step("a"), Step("b", undo: Def.Event("undo-b", "undone")), Def.Event("wait", "go"))));
        await engine.Runtime.CancelAsync(id, "first", None);
        await engine.RunToRestAsync();
        await engine.Runtime.CancelAsync(id, "first", None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Executing, "it compensates");

        await engine.Runtime.CancelAsync(id, "second", None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Cancelled);
        engine.Ledger.Distinct.Keys.Should().NotContain($"{id}/undo-a/1");
        (await engine.JournalAsync(id, "CancelForced")).Should().ContainSingle();
    }

    [Theory]
    [InlineData(true, InstanceStatus.Finished)]
    [InlineData(false, InstanceStatus.Faulted)]
    public async Task Scope_ThatFaultsWithCompensate_IsUndoneAndLeavesByItsPortOrFaultsAsAWhole(bool connected, InstanceStatus end)
    {
        var scope = Def.Sequence("scope", Step("a"), Def.Sequence("inner", Step("b")), Def.Effect("bad", ("fail", Def.Js("getX()", "String")))).With(("kairship:incidentStrategy", "Compensate"));
        string[] connections = connected ? ["before -> scope", "scope.Compensated -> sorry", "scope -> done"] : ["before -> scope", "scope -> done"];
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root", [Step("before"), scope, Def.Effect("sorry"), Def.Effect("done")], connections), ("x", "String", "fatal")));

        (await engine.StatusAsync(id)).Should().Be(end);
        (await UndoneAsync(id)).Should().Equal("undo-b", "undo-a");
        engine.Ledger.Distinct.ContainsKey($"{id}/sorry/1").Should().Be(connected);
        if (connected)
        {
            return;
        }

        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.ActivityId.Should().Be("scope");
        await engine.Runtime.SetVariableAsync(id, "x", "0", null, None);
        await engine.Runtime.RetryAsync(id, "scope", None);
        await engine.RunToRestAsync();
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Keys.Should().Contain([$"{id}/a/2", $"{id}/b/2", $"{id}/bad/2", $"{id}/done/1"]).And.NotContain($"{id}/before/2");
    }

    [Fact]
    public async Task Definition_ThatCompensates_UndoesEverythingAndHasFaulted()
    {
        var id = await engine.RunAsync(Def.WithStrategy(
            Def.Workflow("w", Def.Sequence("root", Step("a"), Step("b"), Def.Effect("bad", ("fail", Def.Literal("fatal"))))), "Compensate"));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        (await UndoneAsync(id)).Should().Equal("undo-b", "undo-a");
        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle().Which.ActivityId.Should().Be("root");
    }

    [Fact]
    public async Task Scope_WhoseTimeIsUp_IsUndoneBeforeItLeaves()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root",
            [Def.Sequence("scope", Step("a"), Def.Event("e", "never")).With(("kairship:timeout", "00:01:00")), Def.Effect("late")], "scope.Timeout -> late")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.JournalAsync(id, "Started")).Should().ContainInOrder("undo-a", "late");
    }

    [Fact]
    public async Task Scope_ThatLosesARace_IsUndoneBesideWhatGoesOn_AndTheInstanceEndsAfterIt()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Flowchart("root",
            [
                Def.Fork("f", "A", "B"), Def.Sequence("loser", Step("a", undo: Def.Sequence("undo-a", Def.Delay("pause", "00:10:00"), Def.Effect("undone"))), Def.Event("e", "never")),
                Def.Delay("winner", "00:00:05"), Def.Join("j", "WaitAny"), Def.Effect("next"),
            ],
            "f.A -> loser", "f.B -> winner", "loser -> j", "winner -> j", "j -> next")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        engine.Ledger.Distinct.Keys.Should().BeEquivalentTo($"{id}/a/1", $"{id}/next/1", $"{id}/undone/1");
        (await engine.JournalAsync(id, "WorkflowFinished")).Should().ContainSingle();
    }

    [Fact]
    public async Task Break_AndFinish_AreNoCancellation()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root",
            Def.Activity("Elsa.ForEach", "loop", ("items", Def.Input("Object", "[1,2]")), ("body", Def.Sequence("body", Step("a"), Def.Activity("Elsa.Break", "break")))),
            Def.Sequence("s", Step("b"), Def.Event("wait", "go"), Def.Activity("Elsa.Finish", "finish")))));
        (await UndoneAsync(id)).Should().BeEmpty();

        var other = await engine.StartAsync("w");
        await engine.RunToRestAsync();
        await engine.EventAsync(id, "go");
        await engine.Runtime.CancelAsync(other, None);
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await UndoneAsync(id)).Should().BeEmpty();
        (await UndoneAsync(other)).Should().Equal("undo-b", "undo-a");
    }

    [Fact]
    public async Task Container_WithACompensationOfItsOwn_IsUndoneAsAWhole()
    {
        var id = await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Step("a"),
            Def.Sequence("book", Step("b"), Step("c")).With(("kairship:compensation", Def.Sequence("unbook", Def.Effect("u1"), Def.Effect("u2")))), Def.Event("wait", "go"))));
        await engine.Runtime.CancelAsync(id, None);
        await engine.RunToRestAsync();

        engine.Ledger.Distinct.Keys.Where(k => k.Contains("/u", StringComparison.Ordinal)).Should().BeEquivalentTo($"{id}/u1/1", $"{id}/u2/1", $"{id}/undo-a/1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compensation_CrashAtEveryCommit_DoesNotShow(bool cancel)
    {
        var json = Def.Workflow("w", Def.Flowchart("root",
            [
                Step("a"), Def.Sequence("scope", Step("b"), Step("c", undo: Def.Effect("undo-c", ("fail", Def.Literal("2")))), cancel ? Def.Event("wait", "never") : Def.Effect("bad", ("fail", Def.Literal("fatal"))))
                    .With(("kairship:incidentStrategy", "Compensate")),
                Def.Effect("sorry"),
            ],
            "a -> scope", "scope.Compensated -> sorry"));

        var run = await CrashEverywhere.RunAsync(
            time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), json, [],
            (harness, id) => cancel ? harness.Runtime.CancelAsync(id, "cancel", None) : Task.CompletedTask);

        run.Status.Should().Be(cancel ? InstanceStatus.Cancelled : InstanceStatus.Finished);
        run.Effects.Keys.Should().BeEquivalentTo(["/a/1", "/b/1", "/c/1", "/undo-c/1", "/undo-b/1", cancel ? "/undo-a/1" : "/sorry/1"]);
    }

    private async Task<IReadOnlyList<string>> UndoneAsync(string id) =>
        [.. (await engine.JournalAsync(id, "Started")).Where(a => a.StartsWith("undo", StringComparison.Ordinal))];

    private static JsonObject Step(string id, JsonObject? value = null, JsonObject? undo = null) => Def.Effect(id, ("value", value ?? Def.Literal(id))).With(
        ("kairship:compensation", undo ?? Def.Effect($"undo-{id}", ("value", Def.Js("getCompensatedInput().Value")))));
}
