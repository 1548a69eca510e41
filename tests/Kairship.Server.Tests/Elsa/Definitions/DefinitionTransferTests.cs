using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Testing;

namespace Kairship.Server.Tests.Elsa.Definitions;

public sealed class DefinitionTransferTests(RunningServer server) : IClassFixture<RunningServer>
{
    // Which version of which server it is: an import gives its own.
    private static readonly string[] Marks = ["$schema", "id", "version", "createdAt", "isLatest", "isPublished", "links", "toolVersion"];

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(SharedFiles.Own("workflows"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f))];

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, inner) => depth > 2
        ? Gen.String[Gen.Char.AlphaNumeric, 0, 8].Select(s => (JsonNode?)JsonValue.Create(s))
        : Gen.OneOf(
            Gen.Int[-1000, 1000].Select(i => (JsonNode?)JsonValue.Create(i)), Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.String[Gen.Char[" <>&'\"äß漢\\/{}0"], 0, 12].Select(s => (JsonNode?)JsonValue.Create(s)), Gen.Const((JsonNode?)null),
            inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Dictionary(Gen.String[Gen.Char['a', 'z'], 1, 6].Select(n => "x" + n), inner)[0, 3].Select(o => (JsonNode?)new JsonObject(o.Select(p => new KeyValuePair<string, JsonNode?>(p.Key, p.Value?.DeepClone()))))));

    private static readonly Gen<JsonObject> Definition =
        from extras in Gen.Dictionary(Gen.String[Gen.Char['a', 'z'], 1, 8].Select(n => "x" + n), Value)[0, 4]
        from activities in Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 6], Value, Value).Array[0, 6]
        from x in Gen.Double[-500, 500]
        select Build(extras, activities, x);

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task ShippedWorkflow_ImportedAndExported_IsTheSameJson(string name)
    {
        using var api = DesignerApi.Of(server);
        var document = JsonNode.Parse(await File.ReadAllTextAsync(SharedFiles.Own("workflows", name + ".json")))!.AsObject();
        document["definitionId"] = "copy-of-" + name;
        document["isPublished"] = false;

        await api.OkAsync("POST", $"{DesignerApi.Root}/import", document);

        var exported = await api.TextAsync($"{DesignerApi.Root}/copy-of-{name}/export");
        Unmarked(JsonNode.Parse(exported)!).Should().Be(Unmarked(document));

        // Once more, now as it was exported: nothing changes, not even a byte.
        await api.OkAsync("POST", $"{DesignerApi.Root}/import", exported);
        (await api.TextAsync($"{DesignerApi.Root}/copy-of-{name}/export")).Should().Be(exported);
    }

    [Fact]
    public async Task AnyDefinition_SavedByTheDesigner_Exported_AndImportedElsewhere_IsTheSameJson()
    {
        using var api = DesignerApi.Of(server);
        await Definition.SampleAsync(
            async drawn =>
            {
                var saved = await api.SaveAsync(drawn);
                var id = saved["definitionId"]!.GetValue<string>();
                var exported = JsonNode.Parse(await api.TextAsync($"{DesignerApi.Root}/{id}/export"))!.AsObject();
                var sent = drawn.DeepClone().AsObject();
                sent["definitionId"] = id;
                Unmarked(exported).Should().Be(Unmarked(WithNodeIds(sent)));

                exported["definitionId"] = id + "-elsewhere";
                await api.OkAsync("POST", $"{DesignerApi.Root}/import", exported);
                var there = JsonNode.Parse(await api.TextAsync($"{DesignerApi.Root}/{id}-elsewhere/export"))!;
                Unmarked(there).Should().Be(Unmarked(exported));

                // What the designer got and gives back unchanged is no change.
                (await api.SaveAsync(saved))["id"]!.GetValue<string>().Should().Be(saved["id"]!.GetValue<string>());
            },
            iter: 40, threads: 1);
    }

    [Fact]
    public async Task Files_AsTheDesignerSendsThem_AreImported_JsonAndZip()
    {
        using var api = DesignerApi.Of(server);
        using var form = new MultipartFormDataContent("----MyGreatBoundary")
        {
            { new StringContent(DesignerApi.Model("from-file").ToJsonString()), "files", "one.json" },
            { new ByteArrayContent(Zip(("a.json", DesignerApi.Model("from-zip-a").ToJsonString()), ("b.json", DesignerApi.Model("from-zip-b").ToJsonString()), ("c.json", "{}"))), "files", "many.zip" },
        };

        var answer = await api.OkAsync("POST", $"{DesignerApi.Root}/import-files", form);

        answer["count"]!.GetValue<int>().Should().Be(3);
        answer["failed"]!.AsArray().Should().ContainSingle(f => f!.GetValue<string>().StartsWith("many.zip/c.json:"));
        foreach (var id in (string[])["from-file", "from-zip-a", "from-zip-b"])
        {
            (await api.LatestAsync(id))["isPublished"]!.GetValue<bool>().Should().BeFalse("an import publishes only what says that it is published");
        }
    }

    [Fact]
    public async Task Zip_ThatIsABomb_OrReachesOut_IsRefused()
    {
        using var api = DesignerApi.Of(server);
        foreach (var (name, content) in ((string, string)[])[("../out.json", "{}"), ("bomb.json", new string(' ', 5 * 1024 * 1024)), ("run.exe", "MZ")])
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(Zip((name, content))), "files", "x.zip" } };
            var (status, body) = await api.SendAsync("POST", $"{DesignerApi.Root}/import-files", form);
            (status, DesignerApi.Shown(body)).Should().Match<(HttpStatusCode Status, string Text)>(r => r.Status == HttpStatusCode.BadRequest && r.Text.Contains(name), name);
        }
    }

    [Fact]
    public async Task Export_OfSeveral_AndOfWhatUsesIt_IsAZip()
    {
        using var api = DesignerApi.Of(server);
        var part = DesignerApi.Model("exported-part", name: "Exported part");
        part["options"] = new JsonObject { ["usableAsActivity"] = true };
        await api.SaveAsync(part, publish: true);
        var user = DesignerApi.Model("exported-user");
        user["root"]!["activities"]!.AsArray().Add(new JsonObject { ["id"] = "use", ["type"] = "ExportedPart", ["version"] = 1, ["nodeId"] = "x" });
        await api.SaveAsync(user);

        Entries(await api.BytesAsync($"{DesignerApi.Root}/exported-part/export?includeConsumingWorkflows=True")).Should().BeEquivalentTo("exported-part.json", "exported-user.json");
        JsonNode.Parse(await api.TextAsync($"{DesignerApi.Root}/exported-part/export?versionOptions=Published"))!["isPublished"]!.GetValue<bool>().Should().BeTrue();
        (await api.SendAsync("GET", $"{DesignerApi.Root}/exported-user/export?versionOptions=Published")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Bulk_AnswersForEach_WhatBecameOfIt()
    {
        using var api = DesignerApi.Of(server);
        var broken = DesignerApi.Model("bulk-broken");
        broken["root"]!["activities"]![0]!["type"] = "Elsa.Teleport";
        await api.SaveAsync(DesignerApi.Model("bulk-a"));
        var second = await api.SaveAsync(DesignerApi.Model("bulk-b"), publish: true);
        await api.SaveAsync(broken);
        var ids = new JsonObject { ["definitionIds"] = new JsonArray("bulk-a", "bulk-b", "bulk-broken", "bulk-nobody", "bulk-a") };

        var published = await api.OkAsync("POST", "/elsa/api/bulk-actions/publish/workflow-definitions/by-definition-ids", ids);
        (Texts(published, "published"), Texts(published, "alreadyPublished"), Texts(published, "notFound"), Texts(published, "updatedConsumers")).Should().Be(("bulk-a", "bulk-b", "bulk-nobody", ""));
        Texts(published, "failed").Should().StartWith("bulk-broken: ").And.Contain("Elsa.Teleport");

        var retracted = await api.OkAsync("POST", "/elsa/api/bulk-actions/retract/workflow-definitions/by-definition-ids", ids);
        (Texts(retracted, "retracted"), Texts(retracted, "alreadyRetracted"), Texts(retracted, "notFound")).Should().Be(("bulk-a,bulk-b", "bulk-broken", "bulk-nobody"));

        var versions = new JsonObject { ["ids"] = new JsonArray(second["id"]!.GetValue<string>(), "nothing") };
        (await api.OkAsync("POST", "/elsa/api/bulk-actions/delete/workflow-definitions/by-id", versions))["deleted"]!.GetValue<int>().Should().Be(1);
        (await api.OkAsync("POST", "/elsa/api/bulk-actions/delete/workflow-definitions/by-definition-id", ids))["deleted"]!.GetValue<int>().Should().Be(2);
        (await api.SendAsync("GET", $"{DesignerApi.Root}/by-definition-id/bulk-a")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    private static JsonObject Build(Dictionary<string, JsonNode?> extras, (string Id, JsonNode? One, JsonNode? Two)[] activities, double x)
    {
        var model = DesignerApi.Model(null, name: "random");
        foreach (var (name, value) in extras)
        {
            model[name] = value?.DeepClone();
        }

        var list = model["root"]!["activities"]!.AsArray();
        foreach (var (id, one, two) in activities.DistinctBy(a => a.Id))
        {
            var activity = DesignerApi.WriteLine("a" + id, id);
            activity["xone"] = one?.DeepClone();
            activity["xtwo"] = two?.DeepClone();
            activity["metadata"] = new JsonObject { ["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = x, ["y"] = 0 } } };
            list.Add(activity);
        }

        return model;
    }

    private static JsonObject WithNodeIds(JsonObject model)
    {
        model["root"]!["nodeId"] = "Workflow1:flow";
        foreach (var activity in model["root"]!["activities"]!.AsArray())
        {
            activity!["nodeId"] = $"Workflow1:flow:{activity["id"]}";
        }

        return model;
    }

    /// <summary>The document without its marks, names in order, which JSON does not have.</summary>
    private static string Unmarked(JsonNode document) => Sorted(new JsonObject(document.AsObject().Where(p => !Marks.Contains(p.Key)).Select(p => new KeyValuePair<string, JsonNode?>(p.Key, p.Value?.DeepClone()))))!.ToJsonString();

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new KeyValuePair<string, JsonNode?>(p.Key, Sorted(p.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static string Texts(JsonObject answer, string name) => string.Join(',', answer[name]!.AsArray().Select(t => t!.GetValue<string>()));

    private static string[] Entries(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return [.. archive.Entries.Select(e => e.FullName)];
    }

    private static byte[] Zip(params (string Name, string Content)[] files)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return memory.ToArray();
    }
}
