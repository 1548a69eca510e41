using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class TriggerBindingsTests
{
    [Fact]
    public void Compile_TriggersAtTheTopLevel_AreBoundWithTheirEvaluatedStimulus()
    {
        var computed = Triggers.Of(Def.Activity("Elsa.Event", "b", ("eventName", Def.Js("'go-' + getEnv()"))));

        var result = Compile(Def.Workflow("w", Def.Flowchart("root",
            [Triggers.Of(Def.Event("a", "go")), computed, Def.Event("c", "later"), Def.WriteLine("line")], "a -> c", "b -> c", "c -> line"), ("env", "String", "prod")));

        result.Problems.Should().BeEmpty("a flowchart may be reached from any of its triggers");
        result.Graph!.Triggers.Select(t => (t.ActivityId, t.Stimulus.Key.Name, t.Stimulus.Key.Key)).Should().Equal(("a", "event", "go"), ("b", "event", "go-prod"));
    }

    [Fact]
    public void Compile_ATriggerInsideAnother_IsToldAndDoesNotStart()
    {
        var result = Compile(Def.Workflow("w", Def.Sequence("root", Def.Sequence("inner", Triggers.Of(Def.Event("a", "go"))))));

        result.Graph!.Triggers.Should().BeEmpty();
        result.Problems.Should().ContainSingle(p => p.Code == ProblemCode.NestedTrigger && p.ActivityId == "a" && !p.IsError);
    }

    [Fact]
    public void Compile_ATriggerWhoseInputNeedsAnInstance_IsRefusedWithTheReason()
    {
        var result = Compile(Def.Workflow("w", Def.Sequence("root", Triggers.Of(Def.Activity("Elsa.Event", "a", ("eventName", Def.Js("getEnv()")))))
            , ("env", "String", null)));

        result.Problems.Should().ContainSingle(p => p.Code == ProblemCode.Trigger && p.ActivityId == "a" && p.IsError && p.Message.Contains("eventName", StringComparison.Ordinal));
    }

    private static CompileResult Compile(string json) => new WorkflowHarness(new InMemoryWorkflowStore(TimeProvider.System)).Compiler.Compile(WorkflowDefinition.Parse(json), "v1", 1);
}

/// <summary>Activities that start the workflow.</summary>
internal static class Triggers
{
    public static JsonObject Of(JsonObject activity)
    {
        activity["customProperties"] = new JsonObject { ["canStartWorkflow"] = true };
        return activity;
    }
}
