using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using static Kairship.Workflows.Tests.Definitions.DefinitionText;

namespace Kairship.Workflows.Tests.Definitions;

/// <summary>Every kind of mistake in an activity: where it is told, as what, and what would be right.</summary>
public sealed class DefinitionProblemTests
{
    private static readonly JsonArray OneVariable = Variable("v1", "Attempt", "Int32", "0");

    public static TheoryData<string, JsonObject, string?, string?, string, string> Mistakes => new()
    {
        { "unknown type", Activity("Elsa.Dely", "a"), "a", "type", "unknown-activity-type", "*'Elsa.Dely'*Did you mean 'Elsa.Delay'?" },
        { "not found", Activity("Elsa.NotFoundActivity", "a", Properties("missingTypeName", "Acme.Gone")), "a", "type", "unknown-activity-type", "*'Acme.Gone'*" },
        { "no type", new JsonObject { ["id"] = "a" }, "a", "type", "missing-property", "*Elsa.WriteLine*" },
        { "new version", Activity("Elsa.WriteLine", "a", Properties("version", 2)), "a", "version", "unknown-activity-version", "*newest here is 1*" },
        { "no id", Activity("Elsa.WriteLine", null), null, "id", "missing-id", "*Elsa.WriteLine*no id*" },
        { "colon in id", Activity("Elsa.WriteLine", "a:b"), "a:b", "id", "invalid-id", "*no colon*" },
        { "duplicate id", Activity("Elsa.Sequence", "a", Properties("activities", new JsonArray(Activity("Elsa.End", "a")))), "a", "id", "duplicate-id", "*'a'*" },
        { "script", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "1 +"))), "a", "text", "expression", "*does not parse*" },
        { "liquid", Activity("Elsa.WriteLine", "a", Properties("text", Input("String", "Liquid", "{{ x | shout }}"))), "a", "text", "expression", "*no filter 'shout'*" },
        { "liquid variable", Activity("Elsa.WriteLine", "a", Properties("text", Input("String", "Liquid", "{{ Variables.Nope }}"))), "a", "text", "unknown-variable", "*Variables.Nope*" },
        { "literal type", Activity("Elsa.Delay", "a", Properties("timeSpan", Literal("TimeSpan", "soon"))), "a", "timeSpan", "expression", "*00:00:30*" },
        { "bare value", Activity("Elsa.WriteLine", "a", Properties("text", "hi")), "a", "text", "wrong-shape", "*\"expression\"*\"hi\"*" },
        { "required", Activity("Elsa.Event", "a"), "a", "eventName", "missing-input", "*required*" },
        { "required null", Activity("Elsa.Event", "a", Properties("eventName", null)), "a", "eventName", "missing-input", "*required*" },
        { "required empty", Activity("Elsa.Event", "a", Properties("eventName", Literal("String", ""))), "a", "eventName", "missing-input", "*required*" },
        { "required plain", Activity("Elsa.SetVariable", "a"), "a", "variable", "missing-input", "*required*" },
        { "variable", Activity("Elsa.WriteLine", "a", Properties("text", Input("String", "Variable", new JsonObject { ["id"] = "v9", ["name"] = "Nope" }))),
            "a", "text", "unknown-variable", "*'Nope'*Visible here: Attempt*" },
        { "picked variable", Activity("Elsa.SetVariable", "a", Properties("variable", new JsonObject { ["id"] = "v9", ["name"] = "Nope" })),
            "a", "variable", "unknown-variable", "*'Nope'*" },
        { "output variable", Activity("Elsa.Event", "a", new JsonObject
            { ["eventName"] = Literal("String", "e"), ["result"] = new JsonObject { ["memoryReference"] = new JsonObject { ["id"] = "v9" } } }),
            "a", "result", "unknown-variable", "*'v9'*" },
        { "output shape", Activity("Elsa.Event", "a", new JsonObject { ["eventName"] = Literal("String", "e"), ["result"] = "v1" }), "a", "result", "wrong-shape", "*memoryReference*" },
        { "script getter", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "getNope()"))), "a", "text", "unknown-variable", "*getNope()*'Nope'*" },
        { "script setter", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "setNope(1)"))), "a", "text", "unknown-variable", "*setNope()*" },
        { "script output", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "getResultFromNobody()"))), "a", "text", "unknown-variable", "*ResultFromNobody*" },
        { "input", Activity("Elsa.WriteLine", "a", Properties("text", Input("String", "Input", "Nope"))), "a", "text", "unknown-input", "*\"Nope\"*Declared: Release*" },
        { "container variable", Activity("Elsa.Sequence", "a", Properties("variables", Variable("x", "X", "Int32", "many"))), "a", "variables[0].value", "expression", "*whole number*" },
        { "variable twice", Activity("Elsa.Sequence", "a", Properties("variables", new JsonArray(Variable("x", "X", "Int32", null)[0]!.DeepClone(), Variable("y", "x", "Int32", null)[0]!.DeepClone()))),
            "a", "variables[1]", "duplicate-variable", "*'x'*" },
        { "variables shape", Activity("Elsa.Sequence", "a", Properties("variables", new JsonObject())), "a", "variables", "wrong-shape", "*list*" },
        { "activities shape", Activity("Elsa.Sequence", "a", Properties("activities", "x")), "a", "activities", "wrong-shape", "*list of activities*" },
        { "activity shape", Activity("Elsa.Sequence", "a", Properties("activities", new JsonArray(1))), "a", "activities[0]", "wrong-shape", "*must be an activity*" },
        { "inside port", Activity("Elsa.If", "a", new JsonObject { ["condition"] = Literal("Boolean", "true"), ["then"] = Activity("Elsa.Nope", "b") }),
            "b", "type", "unknown-activity-type", "*Elsa.Nope*" },
        { "inside unknown", Activity("Elsa.Nope", "a", Properties("then", Activity("Elsa.Event", "b"))), "b", "eventName", "missing-input", "*required*" },
        { "loop variable outside", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "getCurrentValue()"))), "a", "text", "unknown-variable", "*" },
        { "case without label", Switch(new JsonObject { ["condition"] = new JsonObject { ["type"] = "JavaScript", ["value"] = "true" } }), "a", "cases[0]", "wrong-shape", "*label*" },
        { "break outside a loop", Activity("Elsa.Sequence", "s", Properties("activities", new JsonArray(Activity("Elsa.Break", "a")))), "a", null, "break-outside-loop", "*inside a ForEach*" },
        { "variable written", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "variables.Nope = 1"))), "a", "text", "unknown-variable", "*'Nope'*Attempt*" },
        { "variable by name", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "[1].map(x => getVariable('Nope'))"))), "a", "text", "unknown-variable", "*'Nope'*" },
        { "variable set by name", Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "setVariable('Nope', 1)"))), "a", "text", "unknown-variable", "*'Nope'*" },
        { "case twice", Switch(Case("A", "true"), Case("A", "false")), "a", "cases[1].label", "duplicate-name", "*'A'*" },
        { "case twice in two cases", Switch(Case("A", "true"), Case("a", "false")), "a", "cases[1].label", "duplicate-name", "*'a'*" },
        { "case called default", Switch(Case("default", "true")), "a", "cases[0].label", "duplicate-name", "*'default'*" },
        { "case script", Switch(Case("A", "1 +")), "a", "cases[0].condition", "expression", "*does not parse*" },
        { "cases shape", Activity("Elsa.FlowSwitch", "a", Properties("cases", new JsonObject())), "a", "cases", "wrong-shape", "*list*" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_InActivity_IsToldWhereItIs(string _, JsonObject activity, string? activityId, string? property, string code, string message)
    {
        var result = Compile(activity);
        result.Graph.Should().BeNull();
        var problem = result.Problems.Should().Contain(p => p.Code == code && p.ActivityId == activityId && p.IsError).Which;
        problem.Property.Should().Be(property);
        problem.Message.Should().Match(message);
    }

    [Theory]
    [InlineData("text2", "*WriteLine*'text2'*Did you mean 'text'?*")]
    [InlineData("whatever", "*'whatever'*ignored*")]
    public void UnknownProperty_IsWarned(string name, string message)
    {
        var result = Compile(Activity("Elsa.WriteLine", "a", Properties(name, Literal("String", "x"))));
        result.Graph.Should().NotBeNull();
        result.Problems.Should().ContainSingle().Which.Should().Match<DefinitionProblem>(p => !p.IsError && p.Code == "unknown-property" && p.Property == name)
            .And.Subject.As<DefinitionProblem>().Message.Should().Match(message);
    }

    [Theory]
    [InlineData("variables.Nope ?? 1", "unknown-variable", "*variables.Nope*Attempt*")]
    [InlineData("variables['Nope']", "unknown-variable", "*variables.Nope*")]
    [InlineData("input.Nope", "unknown-input", "*'Nope'*Declared: Release*")]
    [InlineData("getInput('Nope')", "unknown-input", "*'Nope'*")]
    [InlineData("getOutputFrom('nobody')", "unknown-name", "*'nobody'*")]
    public void NameThatMayBeMissing_IsWarned(string source, string code, string message)
    {
        var problem = Compile(Activity("Elsa.WriteLine", "a", Properties("text", Script("String", source)))).Problems.Should().ContainSingle().Which;
        problem.Should().Match<DefinitionProblem>(p => !p.IsError && p.Code == code && p.ActivityId == "a" && p.Property == "text");
        problem.Message.Should().Match(message);
    }

    [Fact]
    public void ActivityName_OfTwoActivities_IsWarned() =>
        Compile(Activity("Elsa.Sequence", "s", Properties("activities", new JsonArray(
            Activity("Elsa.End", "a", Properties("name", "Deploy")), Activity("Elsa.End", "b", Properties("name", "deploy"))))))
            .Problems.Should().ContainSingle().Which.Should().Match<DefinitionProblem>(p => !p.IsError && p.Code == "duplicate-name" && p.ActivityId == "b" && p.Property == "name");

    [Theory]
    [InlineData("Elsa.Workflows.IncidentStrategies.FaultStrategy, Elsa.Workflows.Core", true)]
    [InlineData("ContinueWithIncidentsStrategy", true)]
    [InlineData("Fault", true)]
    [InlineData("", true)]
    [InlineData("Acme.GiveUpStrategy, Acme", false)]
    public void IncidentStrategy_IsOneOfTwo(string strategy, bool isKnown)
    {
        var json = Of(Activity("Elsa.WriteLine", "a")).ToJsonObject();
        json["options"] = new JsonObject { ["incidentStrategyType"] = strategy };
        var problems = TestActivities.CreateCompiler().Compile(WorkflowDefinition.Parse(json.ToJsonString()), "v", 1).Problems;
        problems.Select(p => (p.ActivityId, p.Property, p.Code, p.IsError)).Should().Equal(
            isKnown ? [] : [(null, "options.incidentStrategyType", "policy", true)]);
    }

    [Fact]
    public void UnknownNameInScript_IsWarned() =>
        Compile(Activity("Elsa.WriteLine", "a", Properties("text", Script("String", "typeof window")))).Problems
            .Should().ContainSingle().Which.Should().Match<DefinitionProblem>(p => !p.IsError && p.Code == "unknown-name" && p.Message.Contains("'window'"));

    [Theory]
    [InlineData("getAttempt()")]
    [InlineData("setAttempt(1)")]
    [InlineData("getResultFromA()")]
    [InlineData("const getNope = () => 1; getNope()")]
    [InlineData("const variables = {}; variables.Nope = 1; variables.Nope")]
    [InlineData("variables[getInput('Release')]")]
    [InlineData("getInput('Release') + variables.Attempt + input.Release + JSON.stringify(Math.max(1, 2)) + getOutputFrom('a', 'Result')")]
    public void KnownNamesInScript_AreNoProblem(string source) =>
        Compile(Activity("Elsa.WriteLine", "a", Properties("text", Script("String", source)))).Problems.Should().BeEmpty();

    [Fact]
    public void NotFoundActivity_WhoseTypeIsKnownHere_IsRestored()
    {
        var result = Compile(Activity("Elsa.NotFoundActivity", "a", new JsonObject
        {
            ["missingTypeName"] = "Elsa.WriteLine",
            ["originalActivityJson"] = """{"Type":"Elsa.WriteLine","Id":"a","Text":{"TypeName":"String","Expression":{"Type":"Literal","Value":"Hi"}}}""",
        }));
        result.Problems.Should().BeEmpty();
        result.Graph!.Root.TypeName.Should().Be("Elsa.WriteLine");
    }

    [Fact]
    public void Nesting_DeeperThan64_IsRefused()
    {
        JsonObject Nested(int depth) => depth == 1
            ? Activity("Elsa.End", "e")
            : Activity("Elsa.Sequence", $"s{depth}", Properties("activities", new JsonArray(Nested(depth - 1))));
        Compile(Nested(64)).Problems.Should().BeEmpty();
        Compile(Nested(65)).Problems.Should().ContainSingle().Which.Code.Should().Be("too-deep");
    }

    [Fact]
    public void Activities_MoreThan5000_AreRefused()
    {
        JsonObject Sequence(int count) => Activity("Elsa.Sequence", "s", Properties("activities",
            new JsonArray([.. Enumerable.Range(1, count).Select(i => Activity("Elsa.End", $"a{i}"))])));
        Compile(Sequence(4_999)).Problems.Should().BeEmpty();
        Compile(Sequence(5_000)).Problems.Should().ContainSingle().Which.Code.Should().Be("too-many-activities");
    }

    [Fact]
    public void Record_ThatIsNotJson_IsProblemNotException() =>
        TestActivities.CreateCompiler().Compile(new Storage.DefinitionRecord("v", "d", 1, null, null, true, true, "", "{", default))
            .Should().Match<CompileResult>(r => r.Graph == null && r.Problems.Single().Code == "json");

    [Fact]
    public void Problems_ByTheThousand_AreCut()
    {
        var sequence = Activity("Elsa.Sequence", "s", Properties("activities",
            new JsonArray([.. Enumerable.Range(0, 1_000).Select(i => Activity("Elsa.Nope", $"a{i}"))])));
        Compile(sequence).Problems.Should().HaveCount(200);
    }

    private static CompileResult Compile(JsonObject root) => TestActivities.CreateCompiler().Compile(
        Of((JsonObject)root.DeepClone(), (JsonArray)OneVariable.DeepClone(), [new JsonObject { ["name"] = "Release", ["type"] = "String" }]), "v", 1);

    private static JsonObject Switch(params JsonNode[] cases) => Activity("Elsa.FlowSwitch", "a", Properties("cases", new JsonArray(cases)));

    private static JsonObject Case(string label, string script) =>
        new() { ["label"] = label, ["condition"] = new JsonObject { ["type"] = "JavaScript", ["value"] = script } };
}
