using System.Text.Json.Nodes;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>Kairship's own activities in the designer: what there is to choose from is what there is, and what is missing is said.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class PickerTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Pickers_ShowLiveClustersAndApplications_AndWhatIsMissingIsSaidAtPublish()
    {
        using (var admin = Stage.Connect())
        {
            await admin.SaveDraftAsync("pickers", Sample.Flow("pickers", "Pickers",
                Sample.Activity("Kairship.ClusterHealthChanged", "health", 0), Sample.Activity("Kairship.StartRelease", "start", 1)).ToJsonString());
        }

        var (designer, mud) = (new DesignerPage(Session), new Mud(Session));
        await Session.SignInAsync(Stage.Key("publisher"));
        await designer.OpenAsync("pickers");

        await designer.Canvas.SelectAsync("health");
        (await designer.ChoicesAsync("Cluster")).Should().Contain(DesignerStage.Clusters);
        await Session.ShootAsync("clusters");
        await designer.ChooseAsync("west");
        await Stage.DefinitionAsync("pickers", d => Value(d, "health", "cluster") == "west");

        Watch.Expect(400, "/workflow-definitions$");
        await designer.Publish.ClickAsync();
        await Expect(mud.Messages.First).ToContainTextAsync("start");
        await Expect(mud.Messages.First).ToContainTextAsync("application");
        await Session.ShootAsync("says-what-is-missing");
        await mud.DismissMessagesAsync();

        await designer.Canvas.SelectAsync("start");
        (await designer.ChoicesAsync("Application")).Should().Contain("shop");
        await Session.ShootAsync("applications");
        await designer.ChooseAsync("shop");
        await designer.Input("Revision").FillAsync("v1");
        await Page.Keyboard.PressAsync("Tab");
        await Stage.DefinitionAsync("pickers", d => Value(d, "start", "application") == "shop" && Value(d, "start", "revision") == "v1");
        await designer.Publish.ClickAsync();
        await mud.SeesMessageAsync("Workflow published");
        await Session.ShootAsync("published");
        await Stage.DefinitionAsync("pickers", d => d["isPublished"]!.GetValue<bool>());
    }

    private static string? Value(JsonNode definition, string activity, string input) =>
        definition["root"]!["activities"]!.AsArray().OfType<JsonObject>().Single(a => a["id"]!.ToString() == activity)[input]?["expression"]?["value"]?.ToString();
}
