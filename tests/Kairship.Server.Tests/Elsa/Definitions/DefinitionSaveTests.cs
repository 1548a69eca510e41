using System.Net;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Definitions;

public sealed class DefinitionSaveTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Definition_FromTheFirstSaveToItsDeletion()
    {
        using var api = DesignerApi.Of(server);
        var created = await api.SaveAsync(DesignerApi.Model(null, name: "New one"));
        var id = created["definitionId"]!.GetValue<string>();
        created.Should().Match<JsonObject>(d => d["version"]!.GetValue<int>() == 1 && !d["isPublished"]!.GetValue<bool>() && d["isLatest"]!.GetValue<bool>());

        var published = await api.SaveAsync(DesignerApi.WithText(created, "two"), publish: true);
        (published["version"]!.GetValue<int>(), published["isPublished"]!.GetValue<bool>(), published["id"]!.GetValue<string>()).Should().Be((1, true, created["id"]!.GetValue<string>()));
        (await api.OkAsync("POST", $"{DesignerApi.Root}/{id}/publish"))["alreadyPublished"]!.GetValue<bool>().Should().BeTrue();

        var draft = await api.SaveAsync(DesignerApi.WithText(published, "three"));
        (draft["version"]!.GetValue<int>(), draft["isPublished"]!.GetValue<bool>()).Should().Be((2, false));
        (await api.OkAsync("POST", $"{DesignerApi.Root}/{id}/publish"))["workflowDefinition"]!["version"]!.GetValue<int>().Should().Be(2);

        var reverted = await api.OkAsync("POST", $"{DesignerApi.Root}/{id}/revert/1");
        (reverted["version"]!.GetValue<int>(), reverted["isPublished"]!.GetValue<bool>()).Should().Be((3, false));
        (await api.LatestAsync(id))["root"]!["activities"]![0]!["text"]!["expression"]!["value"]!.GetValue<string>().Should().Be("two");

        (await api.OkAsync("POST", $"{DesignerApi.Root}/{id}/retract"))["isPublished"]!.GetValue<bool>().Should().BeFalse();
        var again = await api.SendAsync("POST", $"{DesignerApi.Root}/{id}/retract");
        (again.Status, DesignerApi.Shown(again.Body)).Should().Be((HttpStatusCode.BadRequest, $"No version of '{id}' is published."));

        (await api.SendAsync("DELETE", $"/elsa/api/workflow-definition-versions/{reverted["id"]}")).Status.Should().Be(HttpStatusCode.NoContent);
        (await api.LatestAsync(id))["version"]!.GetValue<int>().Should().Be(2);
        (await api.SendAsync("DELETE", $"{DesignerApi.Root}/{id}")).Status.Should().Be(HttpStatusCode.NoContent);
        (await api.SendAsync("DELETE", $"{DesignerApi.Root}/{id}")).Status.Should().Be(HttpStatusCode.NotFound);
        (await api.SendAsync("DELETE", $"/elsa/api/workflow-definition-versions/{reverted["id"]}")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Save_WithNamesThatNobodyKnows_ComesBackIdentical_WithItsNodeIdsComputed()
    {
        using var api = DesignerApi.Of(server);
        var model = DesignerApi.Model("round");
        model["fromTheFuture"] = new JsonObject { ["deep"] = new JsonArray(1, "two", null) };
        model["customProperties"] = new JsonObject { ["mine"] = "kept" };
        var activity = model["root"]!["activities"]![0]!.AsObject();
        activity["unheardOf"] = new JsonArray(new JsonObject { ["x"] = 1.50 });
        activity["nodeId"] = "Workflow1:a lie";
        activity["metadata"] = new JsonObject { ["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = -12.5, ["y"] = 3 } } };

        var saved = await api.SaveAsync(model);

        var custom = saved["customProperties"]!.AsObject();
        custom["kairship:revision"]!.GetValue<string>().Should().HaveLength(64);
        custom.Remove("kairship:revision");
        Text(saved["fromTheFuture"]).Should().Be(Text(model["fromTheFuture"]));
        Text(custom).Should().Be(Text(model["customProperties"]));
        var answered = saved["root"]!["activities"]![0]!;
        (Text(answered["unheardOf"]), Text(answered["metadata"]), answered["nodeId"]!.GetValue<string>())
            .Should().Be((Text(activity["unheardOf"]), Text(activity["metadata"]), "Workflow1:flow:say"));
        (await api.TextAsync($"{DesignerApi.Root}/round/export")).Should().NotContain("kairship:revision");
    }

    [Fact]
    public async Task Save_OfWhatDoesNotCompile_IsADraft_AndSaysWhereItIsWrong_InTheCanvassWords()
    {
        using var api = DesignerApi.Of(server);
        var model = DesignerApi.Model("broken");
        var activity = model["root"]!["activities"]![0]!.AsObject();
        activity["type"] = "Elsa.Teleport";
        activity["metadata"] = new JsonObject { ["displayText"] = "Beam up" };

        var (_, saved) = await api.TrySaveAsync(model);
        saved!["validationErrors"]!.AsArray().Should().ContainSingle(e => e!["activityId"]!.GetValue<string>() == "say" && e["message"]!.GetValue<string>().StartsWith("Beam up (say), type:"));

        var refused = await api.TrySaveAsync(saved["workflowDefinition"]!.AsObject(), publish: true);
        (refused.Status, DesignerApi.Shown(refused.Body)).Should().Match<(HttpStatusCode Status, string Text)>(r => r.Status == HttpStatusCode.BadRequest && r.Text.StartsWith("Beam up (say), type:"));
        var published = await api.SendAsync("POST", $"{DesignerApi.Root}/broken/publish");
        (published.Status, DesignerApi.Shown(published.Body)).Should().Be((refused.Status, DesignerApi.Shown(refused.Body)));
        (await api.LatestAsync("broken"))["isPublished"]!.GetValue<bool>().Should().BeFalse();
    }

    [Fact]
    public async Task TwoPeople_WithOneDraft_DoNotOverwriteEachOther()
    {
        using var ann = DesignerApi.Of(server).As("ann");
        using var bob = DesignerApi.Of(server).As("bob");
        await ann.SaveAsync(DesignerApi.Model("shared"));
        var (anns, bobs) = (await ann.LatestAsync("shared"), await bob.LatestAsync("shared"));

        var second = await ann.SaveAsync(DesignerApi.WithText(anns, "ann was here"));
        (await ann.SaveAsync(DesignerApi.WithText(anns, "ann again, her first answer was still on its way")))["version"]!.GetValue<int>().Should().Be(1);
        var refused = await bob.TrySaveAsync(DesignerApi.WithText(bobs, "bob"));
        (refused.Status, DesignerApi.Shown(refused.Body)).Should().Match<(HttpStatusCode Status, string Text)>(r => r.Status == HttpStatusCode.BadRequest && r.Text.Contains("Somebody else has saved version 1"));
        (await bob.LatestAsync("shared"))["root"]!["activities"]![0]!["text"]!["expression"]!["value"]!.GetValue<string>().Should().StartWith("ann again");

        (await bob.SaveAsync(DesignerApi.WithText(await bob.LatestAsync("shared"), "bob, on top of hers")))["version"]!.GetValue<int>().Should().Be(1);
        second["version"]!.GetValue<int>().Should().Be(1);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Publish_OfSomebodyElse_IsNeverReplacedUnseen(bool withRevision, bool publishes)
    {
        var id = $"contested-{withRevision}-{publishes}";
        using var ann = DesignerApi.Of(server).As("ann");
        using var bob = DesignerApi.Of(server).As("bob");
        await ann.SaveAsync(DesignerApi.Model(id));
        var bobs = await bob.LatestAsync(id);
        if (!withRevision)
        {
            bobs["customProperties"]!.AsObject().Remove("kairship:revision");
        }

        await ann.SaveAsync(DesignerApi.WithText(await ann.LatestAsync(id), "ann's"), publish: true);
        var (status, body) = await bob.TrySaveAsync(DesignerApi.WithText(bobs, "bob's"), publishes);

        (status, DesignerApi.Shown(body)).Should().Match<(HttpStatusCode Status, string Text)>(r => r.Status == HttpStatusCode.BadRequest && r.Text.Contains("published"));
        var there = await ann.OkAsync("GET", $"{DesignerApi.Root}/by-definition-id/{id}?versionOptions=Published");
        there["root"]!["activities"]![0]!["text"]!["expression"]!["value"]!.GetValue<string>().Should().Be("ann's");
    }

    [Fact]
    public async Task Save_OfWhatWasDeletedMeanwhile_DoesNotBringItBack()
    {
        using var api = DesignerApi.Of(server);
        var open = await api.SaveAsync(DesignerApi.Model("gone"));
        await api.SendAsync("DELETE", $"{DesignerApi.Root}/gone");

        var refused = await api.TrySaveAsync(DesignerApi.WithText(open, "late"));

        (refused.Status, DesignerApi.Shown(refused.Body)).Should().Match<(HttpStatusCode Status, string Text)>(r => r.Status == HttpStatusCode.BadRequest && r.Text.Contains("has been deleted"));
        (await api.SendAsync("GET", $"{DesignerApi.Root}/by-definition-id/gone")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Consumers_FollowWhenTheyAreTold_OrByThemselves()
    {
        using var api = DesignerApi.Of(server);
        var part = DesignerApi.Model("part-of", name: "Part of");
        part["options"] = new JsonObject { ["usableAsActivity"] = true };
        part = await api.SaveAsync(part, publish: true);
        var user = DesignerApi.Model("user-of");
        DesignerApi.Append(user, new JsonObject { ["id"] = "use", ["type"] = "PartOf", ["version"] = 1, ["nodeId"] = "x" });
        user = await api.SaveAsync(user, publish: true);
        user["root"]!["activities"]![1]!["workflowDefinitionVersionId"]!.GetValue<string>().Should().Be(part["id"]!.GetValue<string>());
        (await api.OkAsync("GET", $"{DesignerApi.Root}/part-of/consumers"))["consumingWorkflowDefinitionIds"]!.AsArray().Select(i => i!.GetValue<string>()).Should().Equal("user-of");

        part = await api.SaveAsync(DesignerApi.WithText(part, "newer"), publish: true);
        (await api.OkAsync("POST", $"{DesignerApi.Root}/part-of/update-references"))["affectedWorkflows"]!.AsArray().Select(i => i!.GetValue<string>()).Should().Equal("user-of");
        (await api.LatestAsync("user-of")).Should().Match<JsonObject>(u =>
            u["version"]!.GetValue<int>() == 2 && u["isPublished"]!.GetValue<bool>() && u["root"]!["activities"]![1]!["workflowDefinitionVersionId"]!.GetValue<string>() == part["id"]!.GetValue<string>());

        part = DesignerApi.WithText(part, "newest");
        part["options"]!["autoUpdateConsumingWorkflows"] = true;
        var (_, answer) = await api.TrySaveAsync(part, publish: true);
        answer!["consumingWorkflowCount"]!.GetValue<int>().Should().Be(1);
        (await api.LatestAsync("user-of"))["version"]!.GetValue<int>().Should().Be(3);
        (await api.SendAsync("DELETE", $"{DesignerApi.Root}/part-of")).Status.Should().Be(HttpStatusCode.Conflict, "it is used");
    }

    private static string? Text(JsonNode? node) => node?.ToJsonString();
}
