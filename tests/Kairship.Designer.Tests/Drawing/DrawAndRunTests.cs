using System.Text.Json.Nodes;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>A workflow from nothing to its end, with mouse and keyboard only.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class DrawAndRunTests(DesignerStage stage) : BrowserTest(stage)
{
    private const string Expression = "'two and two is ' + (2 + 2)";

    [Fact]
    public async Task Workflow_IsDrawn_Connected_Published_Run_AndWatchedToItsEnd()
    {
        var designer = new DesignerPage(Session);
        await Session.SignInAsync(Stage.Key("publisher"));
        await new DefinitionList(Session).OpenAsync();
        await new DefinitionList(Session).CreateAsync("Drawn by hand");
        await Session.ShootAsync("empty");

        await designer.DragInAsync("Console", "Write Line", 60, 120);
        await designer.DragInAsync("Scheduling", "Delay", 330, 120);
        var (write, delay) = (await designer.Canvas.IdOfAsync("WriteLine1"), await designer.Canvas.IdOfAsync("Delay1"));
        await designer.Canvas.ConnectAsync(write, "Done", delay);
        await Session.ShootAsync("connected");
        var id = designer.DefinitionId;
        var draft = await Stage.DefinitionAsync(id, d => d["root"]!["connections"]?.AsArray().Count == 1);
        draft["root"]!["connections"]![0]!.ToJsonString().Should().Contain(write).And.Contain(delay);
        draft["isPublished"]!.GetValue<bool>().Should().BeFalse("it was drawn, not published");

        await designer.Canvas.SelectAsync(write);
        await designer.WriteExpressionAsync("Text", "JavaScript", Expression);
        await Session.ShootAsync("expression");
        await Stage.DefinitionAsync(id, d => Activity(d, write)["text"]?["expression"] is JsonObject e && e["type"]!.ToString() == "JavaScript" && e["value"]!.ToString() == Expression);

        await designer.Canvas.SelectAsync(delay);
        await designer.Input("Time Span").FillAsync("00:00:02");
        await Page.Keyboard.PressAsync("Tab");
        await Stage.DefinitionAsync(id, d => Activity(d, delay)["timeSpan"]?["expression"]?["value"]?.ToString() == "00:00:02");

        await designer.Publish.ClickAsync();
        await new Mud(Session).SeesMessageAsync("Workflow published");
        await Stage.DefinitionAsync(id, d => d["isPublished"]!.GetValue<bool>());
        await Session.ShootAsync("published");

        await designer.Run.ClickAsync();
        await Session.AtAsync("/workflows/instances/*");
        var instance = new InstancePage(Session);
        await instance.Canvas.DrawnAsync();
        await instance.SeesAsync("Status", "Finished");
        await Expect(instance.Canvas.Badge(write)).ToContainClassAsync("mud-theme-success");
        await Expect(instance.Canvas.Badge(delay)).ToContainClassAsync("mud-theme-success");
        await Session.ShootAsync("finished");
        using var api = Stage.Connect();
        (await api.GetInstanceAsync(instance.InstanceId)).Instance.Status.Should().Be("Finished");
    }

    private static JsonObject Activity(JsonNode definition, string id) =>
        definition["root"]!["activities"]!.AsArray().OfType<JsonObject>().Single(a => a["id"]!.ToString() == id);
}
