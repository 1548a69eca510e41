using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

public sealed class InterpreterTests
{
    [Fact]
    public void WaitAny_FirstBranchArrives_CancelsTheOthersAndRunsOnce()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Fork("f", "A", "B"), Def.Event("approve", "approve"), Def.Delay("timeout", "01:00:00"), Def.Join("j", "WaitAny"), Def.Effect("next")],
            "f.A -> approve", "f.B -> timeout", "approve -> j", "timeout -> j", "j -> next")));

        run.Signal("approve");

        run.Ready.Should().Equal("next/1");
        run.Interpreter.Tree.All.Select(e => e.Id).Should().Equal("root/1", "next/1");
        run.End("next/1");
        run.State.Phase.Should().Be(StatePhase.Finished);
    }

    [Fact]
    public void ResumedEffect_ThatFailsForAMoment_SeesItsStimulusAgain()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Sequence("root", Def.Effect("e"))));
        run.Apply(at => new InstanceEvent.EffectEnded(at, "e/1", ActivityResult.Wait(TimeSpan.FromHours(1), null, new StimulusKey("abort", "r")), [], null));
        run.Apply(at => new InstanceEvent.StimulusArrived(at, new Stimulus(new StimulusKey("abort", "r"), JsonValue.Create("by ops"))));

        run.Apply(at => new InstanceEvent.EffectEnded(at, "e/1", ActivityResult.Retry("Busy", "the database is busy"), [], TimeSpan.FromSeconds(1)));
        run.Reload();
        run.Pass(TimeSpan.FromSeconds(1));

        run.Ready.Should().Equal("e/1");
        run.Interpreter.ReadyEffects.Single().ResumedBy.Should().NotBeNull("the stimulus was consumed when it resumed the effect, and nobody sends it again");
        run.Apply(at => new InstanceEvent.EffectEnded(at, "e/1", ActivityResult.Wait(TimeSpan.FromSeconds(1)), [], null));
        run.Pass(TimeSpan.FromSeconds(1));
        run.Interpreter.ReadyEffects.Single().ResumedBy.Should().BeNull("it waited again, and time resumed it");
    }

    [Fact]
    public void RetryAfter_PastTheEndOfTime_IsTheEndOfTime()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Sequence("root", Def.Effect("e"))));

        run.Apply(at => new InstanceEvent.EffectEnded(at, "e/1", new ActivityResult.Failed("Busy", "come back", Retryable: true, TimeSpan.MaxValue), [], TimeSpan.FromSeconds(1)));

        run.Interpreter.NextDue.Should().Be(DateTimeOffset.MaxValue);
    }

    [Fact]
    public void WaitAll_ABranchNeverActivated_FaultsWithTheJoinInsteadOfHanging()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Fork("f", "A", "B"), Def.Effect("a"), Outcomes("b", "Yes", "No"), Def.Join("j", "WaitAll")],
            "f.A -> a", "f.B -> b", "a -> j", "b.Yes -> j")));

        run.End("a/1");
        run.End("b/1", "No");

        run.State.Incidents.Should().ContainSingle().Which.Message.Should().Contain("'j' waits for all");
    }

    [Fact]
    public void Merge_OfABranchThatLoopsAndOneThatWaits_WaitsForTheLoopToEnd()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Fork("f", "A", "B"), Def.Effect("a"), Outcomes("loop", "Again", "Out"), Def.Effect("merge")],
            "f.A -> a", "f.B -> loop", "loop.Again -> loop", "loop.Out -> merge", "a -> merge")));

        run.End("a/1");
        run.End("loop/1", "Again");
        run.Ready.Should().Equal("loop/2");
        run.End("loop/2", "Out");

        run.Ready.Should().Equal("merge/1");
    }

    [Fact]
    public void Merge_BesideALoopThatIsLeftAtItsHead_WaitsWhileTheLoopIsInItsBody()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Fork("f", "A", "B"), Def.Effect("a"), Outcomes("head", "In", "Out"), Def.Effect("body"), Def.Effect("merge")],
            "f.A -> a", "f.B -> head", "head.In -> body", "body -> head", "head.Out -> merge", "a -> merge")));

        run.End("head/1", "In");
        run.End("a/1");
        run.Ready.Should().Equal("body/1");
        run.End("body/1");
        run.End("head/2", "Out");

        run.Ready.Should().Equal("merge/1");
    }

    [Fact]
    public void Merge_InsideALoop_DoesNotWaitForATokenThatOnlyTheNextRoundCouldBring()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Effect("head"), Def.Effect("a"), Outcomes("b", "Merge", "Skip"), Def.Effect("c"), Def.Join("merge", "WaitAllActive"), Def.Effect("tail"), Def.Effect("other"), Outcomes("last", "Again", "End")],
            "head -> a", "head -> b", "a -> merge", "b.Merge -> c", "c -> merge", "b.Skip -> other", "other -> last", "last.Again -> head", "merge -> tail", "tail -> last")));

        run.End("head/1");
        run.End("b/1", "Skip");
        run.End("a/1");

        run.Ready.Should().BeEquivalentTo("other/1", "tail/1");
    }

    [Fact]
    public void BackEdge_NewRound_ForgetsTokensThatWaitFromTheRoundBefore()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Effect("head"), Def.Effect("a"), Outcomes("b", "Again", "Ok"), Def.Effect("merge")],
            "head -> a", "head -> b", "a -> merge", "b.Again -> head", "b.Ok -> merge")));

        run.End("head/1");
        run.End("a/1");
        run.End("b/1", "Again");
        run.Ready.Should().Equal("head/2");
        run.End("head/2");
        run.End("a/2");
        run.End("b/2", "Ok");
        run.End("merge/1");

        run.State.Phase.Should().Be(StatePhase.Finished);
        run.State.Iterations["merge"].Should().Be(1);
    }

    [Fact]
    public void BackEdge_BesideAWaitAllJoin_StartsItsCountAnew()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Effect("head"), Def.Effect("a"), Outcomes("b", "Again", "Ok"), Def.Join("merge", "WaitAll"), Def.Effect("next")],
            "head -> a", "head -> b", "a -> merge", "b.Again -> head", "b.Ok -> merge", "merge -> next")));

        run.End("head/1");
        run.End("a/1");
        run.End("b/1", "Again");
        run.End("head/2");
        run.End("b/2", "Ok");
        run.Ready.Should().Equal("a/2");
        run.End("a/2");

        run.Ready.Should().Equal("next/1");
    }

    [Fact]
    public void Loop_WithoutAWait_IsAnIncidentAndOtherBranchesStay()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray(
            Def.Effect("e"), Def.Activity("Elsa.While", "forever", ("condition", Def.Js("true", "Boolean")), ("body", Def.WriteLine("l"))))))), maxSteps: 200);

        run.State.Incidents.Should().ContainSingle().Which.Type.Should().Be("EndlessLoop");
        run.Ready.Should().Equal("e/1");
        run.Interpreter.MayAdvance.Should().BeFalse();
    }

    [Fact]
    public void Retry_AfterAFaultInTheMiddleOfALoop_GoesOnWhereItWas()
    {
        var json = Def.Workflow("w", Def.Activity("Elsa.While", "root",
            ("condition", Def.Js("getX() == 1 && !getFixed() ? nosuch() : getX() < 2", "Boolean")),
            ("body", Def.Sequence("s", Def.Effect("e"), Def.SetVariable("set", "x", "getX() + 1")))), ("x", "Int32", "0"), ("fixed", "Boolean", "false"));
        var run = new GraphFixture(json);
        run.End("e/1");
        run.State.Incidents.Should().ContainSingle().Which.Type.Should().Be("Expression");
        run.Reload();

        run.State.Variables!["fixed"] = true;
        run.Apply(at => new InstanceEvent.Commanded(at, new InstanceCommand.Retry())).Should().BeTrue();

        run.Ready.Should().Equal("e/2");
        run.End("e/2");
        run.State.Phase.Should().Be(StatePhase.Finished);
    }

    [Fact]
    public void ResultOfACancelledExecution_IsIgnored()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Activity("Elsa.Fork", "root", ("joinMode", "WaitAny"), ("branches", new JsonArray(Def.Effect("a"), Def.Effect("b"))))));

        run.End("a/1");
        run.State.Phase.Should().Be(StatePhase.Finished);
        run.Apply(at => new InstanceEvent.EffectEnded(at, "b/1", ActivityResult.Done(), [], null)).Should().BeFalse();
    }

    [Fact]
    public void Snapshot_OfASuspendedInstance_IsSmallerThanTwoKilobytes()
    {
        var run = new GraphFixture(Def.Workflow("w", Def.Flowchart("root",
            [Def.Effect("plan"), Def.Fork("f", "A", "B"), Def.Event("approve", "approve"), Def.Delay("timeout", "01:00:00"), Def.Join("j", "WaitAny"), Def.Effect("apply"), Def.Effect("notify")],
            "plan -> f", "f.A -> approve", "f.B -> timeout", "approve -> j", "timeout -> j", "j -> apply", "apply -> notify"), ("x", "Int32", "0"), ("y", "String", "text")));
        run.End("plan/1");

        run.Reload().Should().BeLessThan(1500);
    }

    [Fact]
    public void Snapshot_OfANewerFormat_IsRefusedWithWhatToDo()
    {
        var act = () => StateSerializer.Read("{\"f\":99}"u8.ToArray());

        act.Should().Throw<InvalidDataException>().WithMessage("*format 99*newer build*");
    }

    private static JsonObject Outcomes(string id, params string[] names) =>
        Def.Effect(id, ("outcomes", Def.Input("Object", new JsonArray([.. names.Select(n => JsonValue.Create(n))]).ToJsonString(), "List<String>")));
}
