using System.Text.Json.Nodes;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Kairship.Testing;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>Files that leave and come back.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class RoundTripTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Definition_ExportedAndImported_IsTheSame()
    {
        var list = new DefinitionList(Session);
        var mine = JsonNode.Parse(File.ReadAllText(SharedFiles.Own("workflows", "canary.json")))!;
        mine["definitionId"] = "round-trip";
        mine["name"] = "Round trip";
        mine["root"]!["activities"]![0]!["metadata"]!["note"] = "what nobody knows stays";
        var file = Stage.Folder("round-trip.json");
        await File.WriteAllTextAsync(file, mine.ToJsonString());
        await Session.SignInAsync(Stage.Key("publisher"));
        await list.OpenAsync();

        await list.ImportAsync(file);
        await Stage.DefinitionAsync("round-trip");
        await list.FindAsync("round-trip", "round-trip");
        await Session.ShootAsync("imported");
        var first = await ExportAsync(list);
        first["root"]!["activities"]![0]!["metadata"]!["note"]!.ToString().Should().Be("what nobody knows stays");

        await list.PickAsync("round-trip", "Delete");
        await new Mud(Session).ConfirmAsync("Delete");
        await Expect(list.Row("round-trip")).ToHaveCountAsync(0);
        var again = Stage.Folder("again.json");
        await File.WriteAllTextAsync(again, first.ToJsonString());
        await list.ImportAsync(again);
        await list.FindAsync("round-trip", "round-trip");

        var second = await ExportAsync(list);
        Plain(second).Should().Be(Plain(first));
    }

    private async Task<JsonObject> ExportAsync(DefinitionList list)
    {
        var download = await Page.RunAndWaitForDownloadAsync(async () =>
        {
            await list.PickAsync("round-trip", "Export");
            await new Mud(Session).ConfirmAsync("Export");
        });
        download.SuggestedFilename.Should().EndWith(".json");
        return JsonNode.Parse(await File.ReadAllTextAsync(await download.PathAsync()))!.AsObject();
    }

    /// <summary>Without what the server gives to each version.</summary>
    private static string Plain(JsonObject definition)
    {
        var copy = definition.DeepClone().AsObject();
        foreach (var own in (string[])["id", "createdAt"])
        {
            copy.Remove(own).Should().BeTrue($"an export has {own}");
        }

        return copy.ToJsonString();
    }
}
