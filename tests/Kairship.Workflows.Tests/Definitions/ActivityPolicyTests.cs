using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class ActivityPolicyTests : IAsyncDisposable
{
    private readonly WorkflowHarness engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public void Policy_OfAnActivity_IsReadFromItsCustomProperties()
    {
        var graph = Compile(Def.Workflow("w", Def.Sequence("root", Def.Effect("a").With(
            ("kairship:retry", JsonNode.Parse("""{"maxAttempts": 3, "delay": "00:00:10", "maxDelay": "00:05:00", "backoffType": "linear", "jitter": false}""")),
            ("kairship:timeout", "01:00:00"), ("kairship:incidentStrategy", "Continue"), ("kairship:compensation", "undo")), Def.Effect("undo")))).Graph!;

        graph.ById["a"].Policy.Should().BeEquivalentTo(new ActivityPolicy
        {
            Retry = new RetryPolicy { MaxAttempts = 3, Delay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromMinutes(5), Backoff = BackoffType.Linear, Jitter = false },
            Timeout = TimeSpan.FromHours(1), Incidents = IncidentStrategy.Continue, Compensation = "undo",
        });
        graph.ById["a"].Outcomes.Should().Equal("Done", "Timeout");
        graph.Root.Child("Activities").Select(n => n.Id).Should().Equal(["a"], "a compensation is no step of the sequence");
        graph.ById["undo"].Parent.Should().BeSameAs(graph.Root);
    }

    [Theory]
    [InlineData(null, IncidentStrategy.Fault)]
    [InlineData("Elsa.Workflows.IncidentStrategies.FaultStrategy, Elsa.Workflows.Core", IncidentStrategy.Fault)]
    [InlineData("Elsa.Workflows.IncidentStrategies.ContinueWithIncidentsStrategy, Elsa.Workflows.Core", IncidentStrategy.Continue)]
    [InlineData("FaultStrategy", IncidentStrategy.Fault)]
    [InlineData("ContinueWithIncidents", IncidentStrategy.Continue)]
    [InlineData("Compensate", IncidentStrategy.Compensate)]
    public void Strategy_OfTheDefinition_HasElsasNamesAndShortOnes(string? name, IncidentStrategy expected)
    {
        var json = Def.Workflow("w", Def.Effect("a"));

        Compile(name is null ? json : Def.WithStrategy(json, name)).Graph!.Incidents.Should().Be(expected);
    }

    [Theory]
    [InlineData("kairship:timeout", "\"soon\"", "positive time")]
    [InlineData("kairship:timeout", "\"-00:00:01\"", "positive time")]
    [InlineData("kairship:retry", "3", "must be {")]
    [InlineData("kairship:retry", """{"maxAttempts": 0}""", "1 to 1000")]
    [InlineData("kairship:retry", """{"maxAttempts": "many"}""", "1 to 1000")]
    [InlineData("kairship:retry", """{"delay": "2.00:00:00"}""", "up to a day")]
    [InlineData("kairship:retry", """{"delay": "00:01:00", "maxDelay": "00:00:10"}""", "maxDelay below")]
    [InlineData("kairship:retry", """{"backoffType": "Cubic"}""", "Constant, Linear, Exponential")]
    [InlineData("kairship:incidentStrategy", "\"Shrug\"", "Fault, Continue or Compensate")]
    [InlineData("kairship:compensation", "\"nobody\"", "does not exist")]
    [InlineData("kairship:compensation", "\"a\"", "is the activity itself")]
    [InlineData("kairship:compensation", "\"elsewhere\"", "is in another container")]
    public void Policy_ThatMakesNoSense_IsAProblemAtItsProperty(string name, string value, string why)
    {
        var result = Compile(Def.Workflow("w", Def.Sequence("root", Def.Effect("a").With((name, JsonNode.Parse(value))), Def.Sequence("s", Def.Effect("elsewhere"), Def.Effect("z")))));

        result.Problems.Should().ContainSingle(p => p.IsError).Which.Should().Match<DefinitionProblem>(
            p => p.ActivityId == "a" && p.Property == $"customProperties.{name}" && p.Code == ProblemCode.Policy && p.Message.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void Compensation_ThatIsConnected_IsAProblem()
    {
        var result = Compile(Def.Workflow("w", Def.Flowchart("root", [Def.Effect("a").With(("kairship:compensation", "undo")), Def.Effect("undo")], "a -> undo")));

        result.Problems.Should().ContainSingle(p => p.IsError).Which.Message.Should().Contain("'undo' is a compensation");
    }

    [Fact]
    public void Strategy_ThatNobodyKnows_IsAProblem() =>
        Compile(Def.WithStrategy(Def.Workflow("w", Def.Effect("a")), "My.OwnStrategy, Mine")).Problems.Should().ContainSingle(p => p.IsError).Which.Property.Should().Be("options.incidentStrategyType");

    [Fact]
    public void Compensation_SeesWhatItUndoes_AndNothingElseDoes()
    {
        Compile(Undo("a", Def.Effect("undo", ("value", Def.Js("getCompensatedOutput().Result"))))).Problems.Should().BeEmpty();
        Compile(Def.Workflow("w", Def.Effect("a", ("value", Def.Js("getCompensatedOutput()"))))).Problems.Should().ContainSingle(p => p.IsError);

        static string Undo(string id, JsonObject compensation) => Def.Workflow("w", Def.Sequence("root", Def.Effect(id).With(("kairship:compensation", compensation))));
    }

    private CompileResult Compile(string json) => engine.Compiler.Compile(WorkflowDefinition.Parse(json), "v1", 1);
}
