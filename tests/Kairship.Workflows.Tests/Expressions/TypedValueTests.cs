using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

public sealed class TypedValueTests
{
    [Theory]
    [InlineData("\"x\"", "String", "\"x\"")]
    [InlineData("7", "String", "\"7\"")]
    [InlineData("true", "String", "\"true\"")]
    [InlineData("{\"a\":1}", "String", "\"{\\u0022a\\u0022:1}\"")]
    [InlineData("\"\"", "String", "\"\"")]
    [InlineData("\"\"", "Int32", "null")]
    [InlineData("null", "Int32", "null")]
    [InlineData("\"True\"", "Boolean", "true")]
    [InlineData("false", "Boolean", "false")]
    [InlineData("1", "Boolean", "true")]
    [InlineData("\"7\"", "Int32", "7")]
    [InlineData("7.0", "Int32", "7")]
    [InlineData("\" 7 \"", "int32", "7")]
    [InlineData("\"9007199254740993\"", "Int64", "9007199254740993")]
    [InlineData("\"0.1\"", "Double", "0.1")]
    [InlineData("\"0.10\"", "Decimal", "0.10")]
    [InlineData("\"1e3\"", "Single", "1000")]
    [InlineData("\"00:00:03\"", "TimeSpan", "\"00:00:03\"")]
    [InlineData("\"1.12:00\"", "TimeSpan", "\"1.12:00:00\"")]
    [InlineData("\"PT90S\"", "TimeSpan", "\"00:01:30\"")]
    [InlineData("\"2026-01-31T08:00:00+02:00\"", "DateTimeOffset", "\"2026-01-31T08:00:00.0000000\\u002B02:00\"")]
    [InlineData("\"2026-01-31T08:00:00+02:00\"", "DateTime", "\"2026-01-31T06:00:00.0000000Z\"")]
    [InlineData("\"2026-01-31\"", "DateTimeOffset", "\"2026-01-31T00:00:00.0000000\\u002B00:00\"")]
    [InlineData("\"3F2504E0-4F89-11D3-9A0C-0305E82C3301\"", "Guid", "\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"")]
    [InlineData("\"anything\"", "Object", "\"anything\"")]
    [InlineData("[1,\"2\"]", "List<Int32>", "[1,2]")]
    [InlineData("\"[1, 2]\"", "List<String>", "[\"1\",\"2\"]")]
    [InlineData("[\"00:00:01\"]", "TimeSpan[]", "[\"00:00:01\"]")]
    [InlineData("[[1],[\"2\"]]", "List<List<Int32>>", "[[1],[2]]")]
    [InlineData("[{\"a\":1}]", "ICollection<Object>", "[{\"a\":1}]")]
    [InlineData("\"{\\\"a\\\":1}\"", "JsonObject", "{\"a\":1}")]
    [InlineData("{\"a\":1}", "ObjectDictionary", "{\"a\":1}")]
    [InlineData("\"x\"", "Some.Unknown.Type", "\"x\"")]
    public void Value_OfRightKind_Converts(string value, string type, string expected) =>
        (TypedValue.Convert(JsonNode.Parse(value), type)?.ToJsonString() ?? "null").Should().Be(expected);

    [Theory]
    [InlineData("\"yes\"", "Boolean", "*true or false*")]
    [InlineData("2", "Boolean", "*true or false*")]
    [InlineData("3.5", "Int32", "*whole number*")]
    [InlineData("2147483648", "Int32", "*2147483647*")]
    [InlineData("300", "Byte", "*0 to 255*")]
    [InlineData("\"seven\"", "Int64", "*whole number*")]
    [InlineData("true", "Double", "*a number*")]
    [InlineData("\"1e999\"", "Double", "*a number*")]
    [InlineData("\"7\"", "TimeSpan", "*00:00:30*")]
    [InlineData("3", "TimeSpan", "*00:00:30*")]
    [InlineData("\"P\"", "TimeSpan", "*00:00:30*")]
    [InlineData("\"tomorrow\"", "DateTimeOffset", "*2026-01-31*")]
    [InlineData("\"x\"", "Guid", "*GUID*")]
    [InlineData("\"a,b\"", "List<String>", "*JSON array*")]
    [InlineData("[1,\"b\"]", "List<Int32>", "*Element 1*")]
    [InlineData("[1]", "JsonObject", "*JSON object*")]
    public void Value_OfWrongKind_SaysWhatWasExpected(string value, string type, string message) =>
        FluentActions.Invoking(() => TypedValue.Convert(JsonNode.Parse(value), type)).Should().Throw<ExpressionException>().WithMessage(message);

    [Fact]
    public void Conversion_OfConverted_ChangesNothing() =>
        Gen.Select(Gen.OneOf("String", "Int32", "Int64", "Double", "Decimal", "Boolean", "TimeSpan", "DateTimeOffset", "DateTime", "Guid", "List<String>", "Object"),
                Gen.OneOf(
                    Gen.Int.Select(i => (JsonNode)i), Gen.Double.Where(double.IsFinite).Select(d => (JsonNode)d), Gen.Bool.Select(b => (JsonNode)b),
                    Gen.String[0, 6].Select(s => (JsonNode)s), Gen.TimeSpan.Select(t => (JsonNode)t.ToString()), Gen.DateTimeOffset.Select(d => (JsonNode)d.ToString("O")),
                    Gen.Guid.Select(g => (JsonNode)g.ToString()), Gen.String[0, 3].Array[0, 3].Select(a => (JsonNode)new JsonArray([.. a.Select(s => (JsonNode)s)]))))
            .Sample((type, value) =>
            {
                JsonNode? once;
                try
                {
                    once = TypedValue.Convert(value, type);
                }
                catch (ExpressionException)
                {
                    return true;
                }

                return (TypedValue.Convert(once, type)?.ToJsonString() ?? "null") == (once?.ToJsonString() ?? "null");
            }, iter: 2_000);
}
