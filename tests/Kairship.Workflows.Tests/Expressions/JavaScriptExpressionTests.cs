using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

public sealed class JavaScriptExpressionTests
{
    private readonly ExpressionCompiler compiler = new();

    private readonly FakeScope scope = FakeScope.With(
        ("Attempt", "3"), ("Name", "\"web\""), ("Plan", """{"clusters":[{"name":"eu","weight":0.25},{"name":"us","weight":1}],"empty":null}"""),
        ("currentImage", "\"nginx:1\""), ("Nothing", "null"));

    public JavaScriptExpressionTests()
    {
        scope.Inputs["Release"] = "r-1";
        scope.Outputs[("Deploy", "Result")] = "deployed";
        scope.LastResult = JsonNode.Parse("""{"ok":true}""");
    }

    [Theory]
    [InlineData("getAttempt() > 0", "true")]
    [InlineData("`Release ${getInput('Release')}`", "\"Release r-1\"")]
    [InlineData("getAttempt()", "3")]
    [InlineData("variables.Attempt + 1", "4")]
    [InlineData("variables.Name", "\"web\"")]
    [InlineData("input.Release", "\"r-1\"")]
    [InlineData("getInput('Missing')", "null")]
    [InlineData("getVariable('Plan').clusters[0].name", "\"eu\"")]
    [InlineData("getPlan().clusters.map(c => c.name).join(',')", "\"eu,us\"")]
    [InlineData("getPlan().clusters.length", "2")]
    [InlineData("getPlan().missing", "null")]
    [InlineData("getPlan().empty", "null")]
    [InlineData("getPlan().clusters[7]", "null")]
    [InlineData("getPlan()['clusters'][1]['weight']", "1")]
    [InlineData("getCurrentImage()", "\"nginx:1\"")]
    [InlineData("getNothing() ?? 'none'", "\"none\"")]
    [InlineData("getOutputFrom('Deploy', 'Result')", "\"deployed\"")]
    [InlineData("getOutputFrom('Deploy')", "\"deployed\"")]
    [InlineData("getOutputFrom('Deploy', 'Other')", "null")]
    [InlineData("getResultFromDeploy()", "\"deployed\"")]
    [InlineData("getLastResult().ok", "true")]
    [InlineData("getCorrelationId()", "\"order-7\"")]
    [InlineData("getWorkflowInstanceId()", "\"instance-1\"")]
    [InlineData("getWorkflowDefinitionVersion()", "3")]
    [InlineData("toJson({a: [1, 'x', null]})", """ "{\"a\":[1,\"x\",null]}" """)]
    [InlineData("parseJson('{\"a\":2}').a", "2")]
    [InlineData("isNullOrWhiteSpace(' ')", "true")]
    [InlineData("isNullOrEmpty('x')", "false")]
    [InlineData("const a = 1; const b = 2; a + b", "3")]
    [InlineData("const x = getAttempt(); if (x > 2) { return 'many'; } return 'few';", "\"many\"")]
    [InlineData("total = 0; for (const c of getPlan().clusters) total += c.weight; total", "1.25")]
    [InlineData("({ name: getName(), list: [1, 2.5, , undefined], skip: undefined, fn: () => 1 })", """{"name":"web","list":[1,2.5,null,null]}""")]
    [InlineData("new Date(0)", "\"1970-01-01T00:00:00.000Z\"")]
    [InlineData("new Date().toISOString()", "\"2026-01-31T08:00:00.000Z\"")]
    [InlineData("Date.now()", "1769846400000")]
    [InlineData("'hello'", "\"hello\"")]
    [InlineData("undefined", "null")]
    [InlineData("(async () => 4)()", "4")]
    [InlineData("Object.keys(variables).length", "5")]
    [InlineData("'Name' in variables", "true")]
    [InlineData("class A { constructor() { this.x = 1; } } new A()", """{"x":1}""")]
    [InlineData("typeof Math.random", "\"undefined\"")]
    [InlineData("new String('boxed')", "\"boxed\"")]
    public void Script_Evaluated_GivesValue(string source, string expected) =>
        Json(Run(source)).Should().Be(Json(JsonNode.Parse(expected)));

    [Theory]
    [InlineData("setAttempt(getAttempt() + 1)", "4")]
    [InlineData("setVariable('attempt', 9)", "9")]
    [InlineData("variables.Attempt = 5", "5")]
    [InlineData("variables.Attempt++", "4")]
    [InlineData("setAttempt({a: [1]})", """{"a":[1]}""")]
    public void Script_SettingVariable_ChangesScope(string source, string expected)
    {
        Run(source);
        Json(scope.Variables["Attempt"]).Should().Be(Json(JsonNode.Parse(expected)));
    }

    [Fact]
    public void Script_ChangingValueItRead_LeavesVariableAlone()
    {
        Run("getPlan().clusters.push(1); variables.Plan.clusters = 2; getPlan().x = 1");
        Json(scope.Variables["Plan"]).Should().Be("""{"clusters":[{"name":"eu","weight":0.25},{"name":"us","weight":1}],"empty":null}""");
    }

    [Fact]
    public void Path_Evaluated_GivesCopy()
    {
        var value = (JsonObject)Run("getPlan()")!;
        value["clusters"] = 1;
        scope.Variables["Plan"]!["clusters"].Should().BeOfType<JsonArray>();
    }

    [Fact]
    public void Script_SettingOutcomes_TellsScope()
    {
        Run("setOutcomes(['Good', 'Fast'])");
        scope.Outcomes.Should().Equal("Good", "Fast");
    }

    [Theory]
    [InlineData("getAttempt(", "*does not parse*")]
    [InlineData("getNope()", "*no variable 'Nope'*")]
    [InlineData("setNope(1)", "*no variable 'Nope'*")]
    [InlineData("variables.Nope = 1", "*no variable 'Nope'*")]
    [InlineData("input.Release = 1", "*cannot be set*")]
    [InlineData("nope + 1", "*nope is not defined*line 1, column 1*")]
    [InlineData("1;\nnull.x", "*line 2*")]
    [InlineData("throw new Error('because')", "*because*")]
    [InlineData("0 / 0", "*NaN*")]
    [InlineData("1 / 0", "*infinite*")]
    [InlineData("() => 1", "*function*forget to call*")]
    [InlineData("getAttempt", "*function*forget to call*")]
    [InlineData("Symbol('x')", "*symbol*")]
    [InlineData("12n", "*BigInt*")]
    [InlineData("const o = {}; o.o = o; o", "*refers to itself*")]
    [InlineData("({ get a() { return 1; } })", "*getter*")]
    [InlineData("parseJson('{')", "*not JSON*")]
    [InlineData("Promise.reject(new Error('late'))", "*late*")]
    public void Script_Wrong_SaysWhy(string source, string message) =>
        FluentActions.Invoking(() => Run(source)).Should().Throw<ExpressionException>().WithMessage(message);

    [Theory]
    [InlineData("getAttempt()", "String", "\"3\"")]
    [InlineData("getName()", "String", "\"web\"")]
    [InlineData("'5'", "Int32", "5")]
    [InlineData("getAttempt() === 3", "Boolean", "true")]
    [InlineData("'00:00:03'", "TimeSpan", "\"00:00:03\"")]
    [InlineData("['a', 1]", "List<String>", """["a","1"]""")]
    public void Script_WithType_Converts(string source, string type, string expected) =>
        Json(Run(source, type)).Should().Be(Json(JsonNode.Parse(expected)));

    [Theory]
    [InlineData("getName()", "Int32", "*\"web\" is not of type Int32: expected a whole number*")]
    [InlineData("getAttempt()", "Boolean", "*expected true or false*")]
    [InlineData("getAttempt()", "List<String>", "*expected a JSON array*")]
    public void Script_WithWrongType_SaysWhatWasExpected(string source, string type, string message) =>
        FluentActions.Invoking(() => Run(source, type)).Should().Throw<ExpressionException>().WithMessage(message);

    [Fact]
    public void Outcomes_WhereScopeTakesNone_Fail() =>
        FluentActions.Invoking(() => compiler.Compile("JavaScript", "setOutcome('A')", "Object").Evaluate(new PlainScope()))
            .Should().Throw<ExpressionException>().WithMessage("*Run JavaScript*");

    private static string Json(JsonNode? node) => node?.ToJsonString() ?? "null";

    private JsonNode? Run(string source, string type = "Object") => compiler.Compile("JavaScript", JsonValue.Create(source), type).Evaluate(scope);

    private sealed class PlainScope : IExpressionScope
    {
        public string InstanceId => "i";

        public string? CorrelationId => null;

        public string DefinitionId => "d";

        public int DefinitionVersion => 1;

        public IEnumerable<string> VariableNames => [];

        public IEnumerable<string> InputNames => [];

        public JsonNode? LastResult => null;

        public DateTimeOffset Now => default;

        public bool TryGetVariable(string name, out JsonNode? value) => (value = null) is not null;

        public bool TrySetVariable(string name, JsonNode? value) => false;

        public bool TryGetInput(string name, out JsonNode? value) => (value = null) is not null;

        public bool TryGetOutput(string activity, string output, out JsonNode? value) => (value = null) is not null;
    }
}
