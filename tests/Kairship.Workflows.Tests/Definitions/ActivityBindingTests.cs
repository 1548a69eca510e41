using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Tests.Expressions;
using static Kairship.Workflows.Tests.Definitions.DefinitionText;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class ActivityBindingTests
{
    [Fact]
    public void Defaults_OfDescriptor_FillWhatIsNull()
    {
        Node(Activity("Elsa.Delay", "a")).Inputs["TimeSpan"].Evaluate(new FakeScope())!.GetValue<string>().Should().Be("00:01:00");
        Node(Activity("Elsa.Delay", "a", Properties("timeSpan", null))).Inputs.Should().ContainKey("TimeSpan");
        Node(Activity("Elsa.Delay", "a", Properties("timeSpan", Literal("TimeSpan", "")))).Inputs["TimeSpan"].Evaluate(new FakeScope()).Should().NotBeNull();
        Node(Activity("Elsa.Fork", "a")).PlainInputs["JoinMode"].GetValue<string>().Should().Be("WaitAll");
        Node(Activity("Elsa.WriteLine", "a")).Inputs.Should().BeEmpty();
    }

    [Fact]
    public void Variable_ReferredToByOldName_IsFoundById()
    {
        var node = Node(
            Activity("Elsa.WriteLine", "a", Properties("text", Input("String", "Variable", new JsonObject { ["id"] = "v1", ["name"] = "OldName" }))),
            Variable("v1", "NewName", "Int32", "0"));
        node.Inputs["Text"].Evaluate(FakeScope.With(("NewName", "7")))!.GetValue<string>().Should().Be("7");
    }

    [Fact]
    public void Output_NobodyTakes_IsLeftOut() =>
        Node(Activity("Kairship.DeployRelease", "a", Properties("result", new JsonObject { ["memoryReference"] = new JsonObject { ["id"] = "a:output-1" } })))
            .Outputs.Should().BeEmpty();

    [Fact]
    public void FlowSwitch_Cases_AreCompiledAndArePorts()
    {
        var node = Node(Activity("Elsa.FlowSwitch", "a", Properties("cases", new JsonArray(Case("Canary", "getX() > 1"), Case("Full", "true")))), Variable("x", "X", "Int32", "0"));
        node.Outcomes.Should().Equal("Canary", "Full", "Default");
        node.Cases.Select(c => c.Label).Should().Equal("Canary", "Full");
        node.Cases[0].Condition.Evaluate(FakeScope.With(("X", "2")))!.GetValue<bool>().Should().BeTrue();
        node.PlainInputs["Cases"].Should().BeOfType<JsonArray>();
    }

    [Fact]
    public void Switch_Cases_HoldTheirActivities()
    {
        var branch = Case("A", "true");
        branch["activity"] = Activity("Elsa.End", "inner");
        var node = Node(Activity("Elsa.Switch", "a", new JsonObject { ["cases"] = new JsonArray(branch), ["default"] = Activity("Elsa.End", "other") }));
        node.Cases.Single().Activity!.NodeId.Should().Be("Workflow1:a:inner");
        node.Child("A").Single().Parent.Should().BeSameAs(node);
        node.Child("Default").Single().Id.Should().Be("other");
        node.Outcomes.Should().Equal("Done");
    }

    [Theory]
    [InlineData("Elsa.FlowFork", "branches", "Object", "[\"A\",\"B\"]", "A,B")]
    [InlineData("Elsa.RunJavaScript", "possibleOutcomes", "Object", "[\"A\"]", "A,Done")]
    [InlineData("Elsa.RunJavaScript", "possibleOutcomes", "JavaScript", "getX()", null)]
    [InlineData("Elsa.RunJavaScript", "other", "Literal", "", "Done")]
    [InlineData("Kairship.DeployRelease", "other", "Literal", "", "Succeeded,Failed")]
    public void Outcomes_OfEachKind_AreKnown(string type, string property, string expression, string value, string? outcomes) =>
        Node(Activity(type, "a", Properties(property, Input("List<String>", expression, value))), Variable("x", "X", "Object", null))
            .Outcomes.Should().BeEquivalentTo(outcomes?.Split(','));

    [Theory]
    [InlineData("Literal")]
    [InlineData("JavaScript")]
    public void RunJavaScript_Script_IsCheckedTextInEitherSyntax(string syntax)
    {
        Node(Activity("Elsa.RunJavaScript", "a", Properties("script", Input("String", syntax, "const a = 20; a + 1"))))
            .Inputs["Script"].Evaluate(new FakeScope())!.GetValue<string>().Should().Be("const a = 20; a + 1");
        Compile(Activity("Elsa.RunJavaScript", "a", Properties("script", Input("String", syntax, "const a = ;"))))
            .Problems.Should().ContainSingle().Which.Should().Match<DefinitionProblem>(p => p.Code == "expression" && p.Property == "script");
    }

    [Fact]
    public void LoopBodies_SeeCurrentValue()
    {
        var body = Activity("Elsa.WriteLine", "b", Properties("text", Script("String", "getCurrentValue() + getCurrentIndex()")));
        var node = Node(Activity("Elsa.ForEach", "a", new JsonObject { ["items"] = Input("List<Object>", "Object", "[1,2]"), ["body"] = body }));
        node.Child("Body").Single().Id.Should().Be("b");
        node.Inputs["Items"].Evaluate(new FakeScope())!.ToJsonString().Should().Be("[1,2]");
    }

    [Fact]
    public void Variables_OfContainer_AreSeenInsideOnly()
    {
        var inside = Activity("Elsa.WriteLine", "b", Properties("text", Script("String", "getInner()")));
        var outside = Activity("Elsa.WriteLine", "c", Properties("text", Script("String", "getInner()")));
        var scoped = Activity("Elsa.Sequence", "s", new JsonObject { ["variables"] = Variable("i", "Inner", "List<Int32>", "[1]"), ["activities"] = new JsonArray(inside) });
        Node(scoped).Variables.Single().Default!.ToJsonString().Should().Be("[1]");
        var result = Compile(Activity("Elsa.Sequence", "r", Properties("activities", new JsonArray(scoped.DeepClone(), outside))));
        result.Problems.Should().ContainSingle().Which.ActivityId.Should().Be("c");
    }

    [Fact]
    public void Branches_OfFork_AreChildrenInOrder() =>
        Node(Activity("Elsa.Fork", "a", Properties("branches", new JsonArray(Activity("Elsa.End", "x"), Activity("Elsa.End", "y")))))
            .Child("Branches").Select(n => n.Id).Should().Equal("x", "y");

    private static ActivityNode Node(JsonObject root, JsonArray? variables = null)
    {
        var result = Compile(root, variables);
        result.Problems.Where(p => p.IsError).Should().BeEmpty();
        return result.Graph!.Root;
    }

    private static CompileResult Compile(JsonObject root, JsonArray? variables = null) =>
        TestActivities.CreateCompiler().Compile(Of((JsonObject)root.DeepClone(), variables), "v", 1);

    private static JsonObject Case(string label, string script) =>
        new() { ["label"] = label, ["condition"] = new JsonObject { ["type"] = "JavaScript", ["value"] = script } };
}
