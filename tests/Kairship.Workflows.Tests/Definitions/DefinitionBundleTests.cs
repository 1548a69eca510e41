using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Testing;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class DefinitionBundleTests
{
    private static readonly string[] Documents =
    [
        SampleDefinitions.Containers,
        SharedFiles.Read("elsa", "examples", "definition-as-returned.json"), SharedFiles.Read("elsa", "examples", "studio-save-request.json"),
        SharedFiles.Read("elsa", "examples", "release-seed.json"), .. Directory.GetFiles(SharedFiles.Own("workflows"), "*.json").Select(File.ReadAllText),
    ];

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Scalar
        : Gen.OneOf(Scalar, inner.Array[0, 3].Select(items => $"[{string.Join(",", items)}]"),
            Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 6], inner).Array[0, 3].Select(p => "{" + string.Join(",", p.DistinctBy(x => x.Item1).Select(x => $"\"{x.Item1}\":{x.Item2}")) + "}")));

    private static Gen<string> Scalar => Gen.OneOf("1", "-0.50", "1e3", "12345678901234567890", "true", "null", "\"\"", "\"Ä ☸ \\u0041\"");

    /// <summary>What is written again is what was read, wherever something unknown is put: properties, activities, whole trees.</summary>
    [Fact]
    public void Document_WithAnythingGraftedIn_IsReadAndWrittenAsTheSameJson() =>
        Gen.Select(Gen.Int[0, Documents.Length - 1], Gen.Select(Gen.Int[0, 10_000], Gen.String[Gen.Char['a', 'z'], 4, 8], Json, Gen.Bool).Array[1, 5]).Sample((which, grafts) =>
        {
            var document = WorkflowDefinition.Parse(Documents[which]).ToJsonObject();
            foreach (var (at, name, json, isActivity) in grafts)
            {
                var places = Objects(document).ToArray();
                var value = JsonNode.Parse(json);
                places[at % places.Length]["zz" + name] = isActivity ? new JsonObject { ["type"] = "Acme.Unknown", ["id"] = name, ["stuff"] = value } : value;
            }

            var text = document.ToJsonString();
            var once = WorkflowDefinition.Parse(text).ToJsonObject();
            WithoutNodeIds(JsonNode.Parse(once.ToJsonString())!).ToJsonString().Should().Be(WithoutNodeIds(JsonNode.Parse(text)!).ToJsonString());
            WorkflowDefinition.Parse(once.ToJsonString()).ToJson().Should().Be(WorkflowDefinition.Parse(text).ToJson());
        }, iter: 1_000);

    [Fact]
    public void Bundle_WrittenAsListOrZip_IsReadAsTheSameDefinitions()
    {
        var versions = Documents.Select((text, i) => Record(text, $"d {i}/ü", i + 1)).ToArray();
        foreach (var bytes in new[] { Encoding.UTF8.GetBytes(DefinitionBundle.WriteList(versions)), DefinitionBundle.WriteZip(versions) })
        {
            var read = DefinitionBundle.Read(bytes);
            read.Problem.Should().BeNull();
            read.Entries.Select(e => WorkflowDefinition.Parse(e.Json)).Select(d => (d.DefinitionId, d.Version, d.ContentHash, d.IsPublished)).Should()
                .Equal(versions.Select(v => ((string?)v.DefinitionId, v.Version, WorkflowDefinition.Parse(v.Json).With(definitionId: v.DefinitionId).ContentHash, v.IsPublished)));
        }

        JsonNode.Parse(DefinitionBundle.WriteOne(versions[0]))!.AsObject().First().Key.Should().Be("$schema", "the designer takes no file without it");
        DefinitionBundle.WriteZip(versions).Should().Equal(DefinitionBundle.WriteZip(versions));
        DefinitionBundle.Read(Encoding.UTF8.GetBytes(Documents[1])).Entries.Should().ContainSingle();
    }

    [Fact]
    public void Export_HasTheMarksOfNow_AndNoLinks()
    {
        var exported = DefinitionBundle.Document(Record(Documents[1], "d", 7) with { IsPublished = true, IsLatest = false });
        exported.Should().NotContainKey("links");
        (exported["version"]!.GetValue<int>(), exported["isPublished"]!.GetValue<bool>(), exported["isLatest"]!.GetValue<bool>()).Should().Be((7, true, false));
    }

    public static TheoryData<string, byte[], string> Strange => new()
    {
        { "climbing", Zip(("../evil.json", "{}")), "*../evil.json*" },
        { "rooted", Zip(("/evil.json", "{}")), "*plain relative names*" },
        { "backslash", Zip(("a\\b.json", "{}")), "*plain relative names*" },
        { "not JSON by name", Zip(("run.exe", "{}")), "*only files \\*.json*" },
        { "bomb", Zip(("bomb.json", new string(' ', 3_000_000))), "*times what is packed*" },
        { "too large", Zip(("large.json", Noise(4_500_000))), "*unpacks to more than*" },
        { "too many", Zip([.. Enumerable.Range(0, 501).Select(i => ($"{i}.json", "{}"))]), "*at most 500*" },
        { "cut off", Zip(("a.json", "{}"))[..40], "*cannot be read*" },
        { "too many in a list", Encoding.UTF8.GetBytes($"[{string.Join(",", Enumerable.Repeat("{}", 501))}]"), "*501 definitions*" },
        { "list cut off", "[{}"u8.ToArray(), "*neither JSON nor a zip*" },
        { "no text", [(byte)'[', 0xff, 0xfe], "*neither JSON nor a zip*" },
    };

    [Theory]
    [MemberData(nameof(Strange))]
    public void Bundle_ThatIsStrange_IsRefusedAsAWhole(string _, byte[] content, string message)
    {
        var read = DefinitionBundle.Read(content);
        read.Entries.Should().BeEmpty();
        read.Problem.Should().Match(message.Replace("\\*", "?", StringComparison.Ordinal));
    }

    private static DefinitionRecord Record(string text, string id, int version) =>
        new($"v{version}", id, version, null, null, true, version % 2 == 0, "", text, new DateTimeOffset(2026, 1, version, 0, 0, 0, TimeSpan.Zero));

    private static byte[] Zip(params IReadOnlyList<(string Name, string Text)> files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var (name, text) in files)
            {
                using var file = zip.CreateEntry(name).Open();
                file.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    private static string Noise(int length)
    {
        var random = new Random(1);
        return new string([.. Enumerable.Range(0, length).Select(_ => (char)random.Next('0', 'z'))]);
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Objects(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    private static JsonNode WithoutNodeIds(JsonNode node)
    {
        foreach (var o in Objects(node).ToArray())
        {
            o.Remove("nodeId");
        }

        return node;
    }

    [Fact]
    public void List_WithHalfASurrogatePair_IsRefusedWithItsReason() =>
        DefinitionBundle.Read("[{\"a\":\"\\ud800\"}]"u8.ToArray()).Problem.Should().Contain("surrogate");
}
