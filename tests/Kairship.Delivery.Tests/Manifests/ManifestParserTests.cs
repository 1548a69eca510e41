using System.Text;
using CsCheck;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Tests.Manifests;

public sealed class ManifestParserTests
{
    private const string Config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

    [Fact]
    public void Parse_SeveralDocuments_GivesThemInOrderAndSkipsEmptyOnes()
    {
        var manifests = ManifestParser.Parse($"# comment only\n---\n{Config}---\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: prod\n");

        manifests.Select(m => m.Ref).Should().Equal(new ObjectRef("v1", "ConfigMap", null, "a"), new ObjectRef("apps/v1", "Deployment", "prod", "web"));
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""", 1)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}} {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""", 2)]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}\n---\n{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"b\"}}", 2)]
    [InlineData("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", 1)]
    [InlineData("""{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}]}""", 2)]
    [InlineData("apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n", 2)]
    [InlineData("\uFEFFapiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: a}\r\n", 1)]
    public void Parse_Shapes_AreUnderstood(string source, int count)
    {
        var manifests = ManifestParser.Parse(source);

        manifests.Should().HaveCount(count);
        manifests.Should().OnlyContain(m => m.Ref.Kind == "ConfigMap" && m.Ref.ApiVersion == "v1");
    }

    [Theory]
    [InlineData("yes", "true")]
    [InlineData("On", "true")]
    [InlineData("y", "true")]
    [InlineData("off", "false")]
    [InlineData("False", "false")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("1", "1")]
    [InlineData("+1", "1")]
    [InlineData("-7", "-7")]
    [InlineData("0644", "420")]
    [InlineData("0o644", "420")]
    [InlineData("0x1F", "31")]
    [InlineData("0b11", "3")]
    [InlineData("1_000", "1000")]
    [InlineData("0", "0")]
    [InlineData("089", "89")]
    [InlineData("1.5", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData(".5", "0.5")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("~", "null")]
    [InlineData("null", "null")]
    [InlineData("", "null")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("10:30", "\"10:30\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("e3", "\"e3\"")]
    [InlineData("!!str 5", "\"5\"")]
    [InlineData("!!int \"5\"", "5")]
    [InlineData("|\n    two\n    lines\n", "\"two\\nlines\\n\"")]
    public void Parse_Scalar_MeansWhatKubectlTakesItFor(string scalar, string json)
    {
        var spec = ManifestParser.Parse($"{Config}spec:\n  value: {scalar}\n")[0].Json["spec"]!.AsObject();

        (spec["value"] is { } node ? ManifestParser.CanonicalJson(node) : "null").Should().Be(json);
    }

    [Fact]
    public void Parse_YamlNumber_ConvertsToAnyNumericType()
    {
        var value = ManifestParser.Parse($"{Config}spec: {{replicas: 3}}")[0].Json["spec"]!["replicas"]!;

        (value.GetValue<int>(), value.GetValue<long>(), value.GetValue<double>()).Should().Be((3, 3L, 3d));
    }

    [Fact]
    public void Parse_AliasesAndMergeKeys_AreExpanded()
    {
        var data = ManifestParser.Parse($"{Config}base: &b {{x: 1, y: 2}}\ndata:\n  <<: *b\n  y: 3\nlist: [*b, *b]\n")[0].Json;

        data["data"]!.ToJsonString().Should().Be("""{"y":3,"x":1}""");
        data["list"]!.AsArray().Should().HaveCount(2);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "", "no Kubernetes object" },
        { "# nothing\n---\n", "no Kubernetes object" },
        { "just words", "document 1 (line 1): the text 'just words', not a Kubernetes object" },
        { "- a\n- b", "document 1 (line 1): a list" },
        { "[1, 2]", "a list" },
        { "kind: ConfigMap\nmetadata: {name: a}", "apiVersion is missing: for example 'apps/v1'" },
        { "apiVersion: v1\nmetadata: {name: a}", "kind is missing" },
        { "apiVersion: v1\nkind: ConfigMap", "has no metadata" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata: {}", "metadata.name is missing" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}", "metadata.name is 5, not a text" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}", "generateName" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a/b}", "'a/b' cannot name an object" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: UPPER}", "'UPPER'" },
        { "apiVersion: a/b/c\nkind: ConfigMap\nmetadata: {name: a}", "'a/b/c' is neither" },
        { "apiVersion: v1\nkind: Config Map\nmetadata: {name: a}", "'Config Map' is not a kind" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {version: 1.10}", "metadata.labels['version'] of ConfigMap/a is 1.1, not a text: put it in quotes" },
        { $"{Config}---\n{Config}---\n{Config}", "document 2 (line 5): ConfigMap/a is given twice; it is already in document 1 (line 1)" },
        { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nkind: Secret", "document 1 (line 4): the key 'kind' is already given at line 2" },
        { """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"}}""", "the key 'name' is given twice" },
        { $"{Config}---\napiVersion: v1\n  kind: broken\n", "document 2 (line 6" },
        { "apiVersion: v1\n\tkind: tab", "found a tab character" },
        { "{\"apiVersion\": \"v1\",\n\"kind\": \"x\" \"y\"}", "document 1 (line 2): neither JSON nor YAML" },
        { $"{Config}x: *nowhere", "the alias *nowhere" },
        { $"{Config}x: &a [*a]", "the alias *a" },
        { $"{Config}x: !vault secret", "!vault" },
        { $"{Config}x: .inf", "'.inf' is not a number that JSON can hold" },
        { $"{Config}? [a, b]\n: c", "a key must be a text" },
        { $"{Config}<<: text", "'<<' merges an object" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Parse_WhatIsNotKubernetesObjects_IsRefusedWithTheReason(string source, string message)
    {
        var parse = () => ManifestParser.Parse(source);

        parse.Should().Throw<ManifestException>().Which.Message.Should().Contain(message);
    }

    [Fact]
    public void Parse_TenMegabytes_IsRefusedBeforeReading() =>
        Refuse(Config + "data: {x: '" + new string('x', 10_000_000) + "'}").Should().Contain("at most 4,194,304");

    [Fact]
    public void Parse_BombOfAliases_IsRefused()
    {
        var bomb = new StringBuilder(Config).Append("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Refuse(bomb.ToString()).Should().Contain("aliases expanded");
    }

    [Theory]
    [InlineData('[', ']', "x: ")]
    [InlineData('[', ']', "")]
    public void Parse_TooDeep_IsRefused(char open, char close, string before) =>
        Refuse(before + new string(open, 50_000) + new string(close, 50_000)).Should().Contain("document 1");

    [Fact]
    public void Parse_TooManyObjects_IsRefused()
    {
        var parse = () => ManifestParser.Parse($"{Config}---\n{Config.Replace("name: a", "name: b", StringComparison.Ordinal)}", new ManifestLimits { MaxObjects = 1 });

        parse.Should().Throw<ManifestException>().WithMessage("document 2*more than 1 objects*");
    }

    [Fact]
    public void Parse_AnyText_GivesObjectsOrAManifestException() => Gen.Char["{}[]:-&*!|>'\"#%,?~\n\t ab01.<"].Array[0, 60].Sample(
        chars =>
        {
            try
            {
                return ManifestParser.Parse(new string(chars)).Count >= 0;
            }
            catch (ManifestException e)
            {
                return e.Message.Length > 0;
            }
        },
        iter: 20_000);

    [Fact]
    public void ToJsonArray_ReadBack_GivesTheSameObjects()
    {
        var manifests = ManifestParser.Parse($"{Config}data: {{k: \"ünï<>'\"}}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n");

        var back = ManifestParser.FromJsonArray(ManifestParser.ToJsonArray(manifests));

        back.Select(m => m.Ref).Should().Equal(manifests.Select(m => m.Ref));
        ManifestParser.Digest(back).Should().Be(ManifestParser.Digest(manifests)).And.MatchRegex("^[0-9a-f]{64}$");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[")]
    [InlineData("""[{"kind":"x"}]""")]
    public void FromJsonArray_SomethingElse_IsRefused(string json)
    {
        var read = () => ManifestParser.FromJsonArray(json);

        read.Should().Throw<ManifestException>();
    }

    private static string Refuse(string source) => FluentActions.Invoking(() => ManifestParser.Parse(source)).Should().Throw<ManifestException>().Which.Message;
}
