using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Tests.Expressions;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class DefinitionCompilerTests
{
    private readonly DefinitionCompiler compiler = TestActivities.CreateCompiler();

    [Fact]
    public void Release_Compiled_IsGraph()
    {
        var result = compiler.Compile(WorkflowDefinition.Parse(SampleDefinitions.Release), "v-1", 4);

        result.Problems.Should().BeEmpty();
        var graph = result.Graph!;
        graph.Should().BeEquivalentTo(new { DefinitionId = "soak-release", VersionId = "v-1", Version = 4, Name = "Soak release" });
        graph.Nodes.Select(n => n.Id).Should().Equal("root1", "a1", "a2", "a3", "a4", "a5", "a6", "a7");
        graph.Nodes.Select(n => n.Index).Should().Equal(0, 1, 2, 3, 4, 5, 6, 7);
        graph.ById["a3"].NodeId.Should().Be("Workflow1:root1:a3");
        graph.ById["a3"].Parent.Should().BeSameAs(graph.Root);
        graph.ById["a1"].DisplayText.Should().Be("Announce");
        graph.ById["a3"].Outcomes.Should().Equal("True", "False");
        graph.ById["a4"].Outputs.Should().Equal(new Dictionary<string, string> { ["Result"] = "v1" });
        graph.ById["a2"].PlainInputs["Variable"]["id"]!.GetValue<string>().Should().Be("v1");
        graph.Variables.Should().ContainSingle().Which.Default!.ToJsonString().Should().Be("0");
        graph.Inputs.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "Release", Type = "String", IsArray = false });
        graph.Root.Child("Activities").Should().HaveCount(7);
        var flow = graph.Root.Flowchart!;
        flow.Start!.Id.Should().Be("a1");
        flow.Connections.Should().HaveCount(7);
        flow.Outgoing["a3"].Select(c => c.SourcePort).Should().Equal("True", "False");
        flow.IncomingForward["a7"].Select(c => c.Source.Id).Should().BeEquivalentTo("a3", "a6");
    }

    [Fact]
    public void Inputs_Compiled_EvaluateWithDefaults()
    {
        var graph = compiler.Compile(WorkflowDefinition.Parse(SampleDefinitions.Release), "v-1", 1).Graph!;
        var scope = FakeScope.With(("Attempt", "2"));
        scope.Inputs["Release"] = "r-9";

        JsonNode? Value(string id, string input) => graph.ById[id].Inputs[input].Evaluate(scope);
        Value("a1", "Text")!.GetValue<string>().Should().Be("Release r-9");
        Value("a3", "Condition")!.GetValue<bool>().Should().BeTrue();
        Value("a4", "Cluster")!.GetValue<string>().Should().Be("us-1");
        Value("a4", "Replicas")!.ToJsonString().Should().Be("7");
        Value("a5", "TimeSpan")!.GetValue<string>().Should().Be("00:00:03");
        graph.ById["a4"].Inputs.Should().NotContainKey("Labels");
    }

    [Fact]
    public void Containers_Compiled_AreGraphWithEverythingInside()
    {
        var result = compiler.Compile(WorkflowDefinition.Parse(SampleDefinitions.Containers), "v-1", 1);
        result.Problems.Should().BeEmpty();
        result.Graph!.Nodes.Select(n => n.NodeId["Workflow1:root".Length..]).Should().Equal(
            "", ":each", ":each:if", ":each:if:set", ":switch", ":switch:line", ":switch:end", ":flow", ":flow:s", ":flow:fork", ":flow:join", ":flow:script", ":gone");
        result.Graph.Variables.Single().Default!.ToJsonString().Should().Be("[\"a\"]");
        result.Graph.ById["each"].Outputs["CurrentValue"].Should().Be("v2");
    }
}
