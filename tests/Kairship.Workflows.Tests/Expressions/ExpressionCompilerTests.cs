using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

public sealed class ExpressionCompilerTests
{
    private readonly ExpressionCompiler compiler = new();

    [Theory]
    [InlineData("Literal", "\"7\"", "Int32", "7")]
    [InlineData("literal", "7", "Int32", "7")]
    [InlineData("Literal", "\"00:00:03\"", "TimeSpan", "\"00:00:03\"")]
    [InlineData("Literal", "null", "String", "null")]
    [InlineData("Literal", "\"getX()\"", "String", "\"getX()\"")]
    [InlineData("Object", "\"[\\\"a\\\",\\\"b\\\"]\"", "List<String>", "[\"a\",\"b\"]")]
    [InlineData("Object", "\"{\\\"a\\\":{\\\"b\\\":1}}\"", "Object", "{\"a\":{\"b\":1}}")]
    [InlineData("Object", "{\"a\":1}", "Object", "{\"a\":1}")]
    [InlineData("Object", "\"\"", "Object", "null")]
    [InlineData("Object", "\"3\"", "Int32", "3")]
    [InlineData("Variable", "{\"id\":\"v1\",\"name\":\"Attempt\",\"typeName\":\"Int32\"}", "String", "\"3\"")]
    [InlineData("Variable", "\"Attempt\"", "Int32", "3")]
    [InlineData("Input", "\"Release\"", "String", "\"r-1\"")]
    [InlineData("Input", "{\"name\":\"release\"}", "String", "\"r-1\"")]
    [InlineData("Input", "\"Absent\"", "Int32", "null")]
    [InlineData("JavaScript", "\"getAttempt() * 2\"", "Int32", "6")]
    [InlineData("JavaScript", "\"  \"", "Int32", "null")]
    [InlineData("JavaScript", "null", "String", "null")]
    public void Expression_OfEachType_Evaluates(string type, string value, string typeName, string expected)
    {
        var scope = FakeScope.With(("Attempt", "3"));
        scope.Inputs["Release"] = "r-1";
        (compiler.Compile(type, JsonNode.Parse(value), typeName).Evaluate(scope)?.ToJsonString() ?? "null").Should().Be(expected);
    }

    [Theory]
    [InlineData("Liquid", "\"{{ x\"", "*not closed*line 1*")]
    [InlineData("Python", "\"1\"", "*'Python'*Literal, Object, Variable, Input, JavaScript*")]
    [InlineData("Object", "\"{\"", "*must be JSON*")]
    [InlineData("Object", "\"{\\\"a\\\":1,\\\"a\\\":2}\"", "*must be JSON*")]
    [InlineData("Object", "\"getX()\"", "*must be JSON*")]
    [InlineData("Literal", "\"x\"", "*Int32*")]
    [InlineData("Variable", "{}", "*variable is not named*")]
    [InlineData("Input", "\"\"", "*input is not named*")]
    [InlineData("JavaScript", "\"1 +\"", "*does not parse*")]
    [InlineData("JavaScript", "\"'x'\"", "*Int32*")]
    public void Expression_Wrong_IsRefusedWhenCompiled(string type, string value, string message) =>
        FluentActions.Invoking(() => compiler.Compile(type, JsonNode.Parse(value), "Int32")).Should().Throw<ExpressionException>().WithMessage(message);

    [Fact]
    public void Variable_Gone_SaysSo() =>
        FluentActions.Invoking(() => compiler.Compile("Variable", "Attempt", "Int32").Evaluate(new FakeScope()))
            .Should().Throw<ExpressionException>().WithMessage("*no variable 'Attempt'*");

    [Fact]
    public void Value_OfConstant_IsNotShared()
    {
        var expression = compiler.Compile("Object", "{\"a\":1}", "Object");
        ((JsonObject)expression.Evaluate(new FakeScope())!)["a"] = 2;
        expression.Evaluate(new FakeScope())!.ToJsonString().Should().Be("{\"a\":1}");
    }

    [Fact]
    public void Path_ReadWithoutEngine_GivesWhatTheEngineGives()
    {
        var leaf = Gen.OneOf(
            Gen.Int.Select(i => (JsonNode?)i), Gen.Bool.Select(b => (JsonNode?)b), Gen.String[0, 4].Select(s => (JsonNode?)s), Gen.Const((JsonNode?)null),
            Gen.Double[-1e6, 1e6].Select(d => (JsonNode?)d));
        var key = Gen.OneOf("a", "b", "length", "toString", "constructor", "0", "__proto__");
        var node = Gen.Recursive<JsonNode?>((depth, self) => depth > 3
            ? leaf
            : Gen.Frequency(
                (1, leaf),
                (2, Gen.Select(key, self).Array[0, 4].Select(pairs => (JsonNode?)new JsonObject(
                    pairs.DistinctBy(p => p.Item1).Select(p => KeyValuePair.Create(p.Item1, p.Item2?.DeepClone()))))),
                (2, self.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])))));
        var step = Gen.OneOf(key.Where(k => k is not "0").Select(k => $".{k}"), Gen.Int[0, 3].Select(i => $"[{i}]"), key.Select(k => $"['{k}']"));
        Gen.Select(node, step.Array[0, 4]).Sample((value, steps) =>
        {
            var scope = new FakeScope { Variables = { ["X"] = value } };
            var path = "getX()" + string.Concat(steps);
            // The comma keeps the second from being taken for a path.
            return JsonNode.DeepEquals(Outcome(path, scope), Outcome($"(0, {path})", scope));
        }, iter: 3_000);
    }

    private JsonNode? Outcome(string source, FakeScope scope)
    {
        try
        {
            return compiler.Compile("JavaScript", source, "Object").Evaluate(scope);
        }
        catch (ExpressionException e)
        {
            return "error " + e.Message.Split('(')[0];
        }
    }
}
