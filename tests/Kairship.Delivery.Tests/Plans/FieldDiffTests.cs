using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Tests.Plans;

public sealed class FieldDiffTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", "")]
    [InlineData("""{"a":1}""", """{"a":2}""", ".a 1 -> 2")]
    [InlineData("""{"a":1}""", """{"a":1.0}""", "")]
    [InlineData("""{"a":{"b":"x"}}""", """{"a":{"b":"y","c":[1]}}""", ".a.b \"x\" -> \"y\"; .a.c  -> [1]")]
    [InlineData("""{"a":{"x.io/y":"1"}}""", """{"a":{}}""", ".a[\"x.io/y\"] \"1\" -> ")]
    [InlineData("""{"a":[1,2]}""", """{"a":[1,3,4]}""", ".a[1] 2 -> 3; .a[2]  -> 4")]
    [InlineData("""{"c":[{"name":"w","i":1},{"name":"s","i":1}]}""", """{"c":[{"name":"s","i":2},{"name":"w","i":1}]}""", ".c[name=s].i 1 -> 2")]
    [InlineData("""{"c":[{"name":"w","i":1}]}""", """{"c":[{"name":"w","i":1},{"name":"n"}]}""", ".c[name=n]  -> {\"name\":\"n\"}")]
    [InlineData("""{"c":[{"port":1}]}""", """{"c":[{"port":2}]}""", ".c[0].port 1 -> 2")]
    [InlineData("""{"a":{"b":1}}""", """{"a":5}""", ".a {\"b\":1} -> 5")]
    public void Compare_Table(string before, string after, string expected) =>
        string.Join("; ", Compare(before, after).Select(c => $"{c.Path} {c.Before} -> {c.After}")).Should().Be(expected);

    [Fact]
    public void Compare_WhatOnlyAServerOrABookkeeperWrites_IsIgnored() => Compare(
        """{"metadata":{"name":"a"}}""",
        """
        {"metadata":{"name":"a","uid":"u","resourceVersion":"1","generation":2,"creationTimestamp":"t","managedFields":[],
         "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","kairship.io/release":"a-1","kairship.io/epoch":"3"}},"status":{"x":1}}
        """).Should().BeEmpty();

    [Fact]
    public void Compare_Secret_NeverShowsItsValues()
    {
        var changes = FieldDiff.Compare(
            Make.Json("""{"data":{"password":"aHVudGVyMg==","same":"eA=="}}"""), Make.Json("""{"data":{"password":"c2VjcmV0","same":"eA=="},"stringData":{"token":"t0ps3cret"}}"""),
            new ObjectRef("v1", "Secret", "a", "s"));

        changes.Should().Equal(
            new FieldChange(".data.password", "(secret)", "(secret, changed)"), new FieldChange(".stringData.token", null, "(secret)"));
    }

    [Fact]
    public void Compare_AnySecret_NeverShowsItsValues()
    {
        var data = Gen.Dictionary(Make.GenName, Gen.Char["xyz"].Array[12].Select(c => new string(c)))[0, 4].Null();
        Gen.Select(data, data, data).Sample((before, after, texts) =>
        {
            var changes = FieldDiff.Compare(Secret("data", before, null), Secret("data", after, texts), new ObjectRef("v1", "Secret", "a", "s"));
            var values = (before?.Values ?? Enumerable.Empty<string>()).Concat(after?.Values ?? Enumerable.Empty<string>()).Concat(texts?.Values ?? Enumerable.Empty<string>());
            return !values.Any(value => changes.Any(c => $"{c.Before}{c.After}".Contains(value, StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void Whole_OfASecret_ShowsItsKeysOnly() => FieldDiff.Whole(
            Make.Json("""{"metadata":{"name":"s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{hunter2}"}},"type":"Opaque","data":{"a.b":"aHVudGVyMg=="},"stringData":{"t":"hunter2"}}"""),
            new ObjectRef("v1", "Secret", "a", "s"))
        .Should().Equal(
            new FieldChange(""".data["a.b"]""", null, "(secret)"), new FieldChange(".metadata.name", null, "\"s\""), new FieldChange(".stringData.t", null, "(secret)"),
            new FieldChange(".type", null, "\"Opaque\""));

    [Fact]
    public void Whole_ListsEveryValue_ByName_OrPosition() => FieldDiff.Whole(
            Make.Json("""{"spec":{"c":[{"name":"w","args":["x","y"],"env":[]}],"e":{}}}"""), new ObjectRef("v1", "ConfigMap", "a", "c"))
        .Select(c => $"{c.Path} {c.After}").Should().Equal(
            ".spec.c[name=w].args[0] \"x\"", ".spec.c[name=w].args[1] \"y\"", ".spec.c[name=w].env []", ".spec.c[name=w].name \"w\"", ".spec.e {}");

    [Fact]
    public void Compare_WhatComesInAnew_IsShownAsTheManifestHasIt_WithoutDefaults() => FieldDiff.Compare(
            Make.Json("""{"c":[{"name":"a","policy":"Always"}]}"""),
            Make.Json("""{"c":[{"name":"a","policy":"Always"},{"name":"b","image":"x","policy":"Always"}],"p":{"x":1,"y":2}}"""),
            new ObjectRef("v1", "ConfigMap", "a", "c"), Make.Json("""{"c":[{"name":"a"},{"name":"b","image":"x"}],"p":{"x":1}}"""))
        .Select(c => $"{c.Path} {c.After}").Should().Equal("""c[name=b] {"name":"b","image":"x"}""".Insert(0, "."), """.p {"x":1}""");

    [Fact]
    public void Compare_ManyAndLongChanges_AreBounded()
    {
        var after = new JsonObject(Enumerable.Range(0, 500).Select(i => KeyValuePair.Create($"f{i}", (JsonNode?)JsonValue.Create(new string('x', 2_000)))));

        var changes = FieldDiff.Compare([], after, new ObjectRef("v1", "ConfigMap", "a", "c"));

        changes.Should().HaveCount(FieldDiff.MaxChanges);
        changes[^1].Should().Be(new FieldChange("…", null, "301 more fields differ"));
        changes.Should().OnlyContain(c => c.After!.Length <= FieldDiff.MaxValueLength);
    }

    [Fact]
    public void Compare_Swapped_SwapsBeforeAndAfter() => Compare("""{"a":1}""", """{"b":[1]}""")
        .Should().BeEquivalentTo(Compare("""{"b":[1]}""", """{"a":1}""").Select(c => new FieldChange(c.Path, c.After, c.Before)));

    private static IReadOnlyList<FieldChange> Compare(string before, string after) => FieldDiff.Compare(Make.Json(before), Make.Json(after), new ObjectRef("v1", "ConfigMap", "a", "c"));

    private static JsonObject Secret(string property, Dictionary<string, string>? data, Dictionary<string, string>? texts)
    {
        var secret = new JsonObject();
        foreach (var (name, values) in new[] { (property, data), ("stringData", texts) })
        {
            if (values is not null)
            {
                secret[name] = new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)JsonValue.Create(v.Value))));
            }
        }

        return secret;
    }
}
