using System.Text.Json.Nodes;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Signing;

/// <summary>What each role can do in the designer.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class RoleTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Viewer_SeesAll_AndChangesNothing()
    {
        var (list, designer) = (new DefinitionList(Session), new DesignerPage(Session));
        await Session.SignInAsync(Stage.Key("viewer"));
        await list.OpenAsync();
        (await new Mud(Session).EntriesAsync(list.MenuOf("canary"))).Should().Contain(["View", "Export"]).And.NotContain(["Edit", "Delete", "Publish", "Unpublish"]);
        await Expect(list.Create).ToBeDisabledAsync();
        await Session.ShootAsync("list");

        await designer.OpenAsync("canary");

        await Expect(designer.Publish).ToHaveCountAsync(0);
        await Expect(designer.Save).ToHaveCountAsync(0);
        await Session.ShootAsync("designer");
    }

    [Fact]
    public async Task Designer_SavesDrafts_ButDoesNotPublish_APublisherDoes_AndTheAuditHasTheDiff()
    {
        await Stage.PublishAsync(Sample.Lines("by-roles", "By roles", "before"));
        var designer = new DesignerPage(Session);
        await Session.SignInAsync(Stage.Key("designer"));
        await designer.OpenAsync("by-roles");
        await designer.Canvas.SelectAsync("write-1");
        await designer.Input("Text").FillAsync("after");
        await Page.Keyboard.PressAsync("Tab");
        var draft = await Stage.DefinitionAsync("by-roles", d => Text(d) == "after");
        draft["isPublished"]!.GetValue<bool>().Should().BeFalse();
        await Session.ShootAsync("designer-saved");
        Watch.Expect(400, "/workflow-definitions$");
        await designer.Publish.ClickAsync();
        await new Mud(Session).SeesMessageAsync("needs a key with the role publisher");
        (await Stage.DefinitionAsync("by-roles"))["isPublished"]!.GetValue<bool>().Should().BeFalse();

        await Session.SignInAsync(Stage.Key("publisher"));
        await designer.OpenAsync("by-roles");
        await designer.Publish.ClickAsync();
        await new Mud(Session).SeesMessageAsync("published");
        await Session.ShootAsync("publisher-published");
        await Stage.DefinitionAsync("by-roles", d => d["isPublished"]!.GetValue<bool>() && Text(d) == "after");
        using var admin = Stage.Connect();
        var line = (await admin.ListAuditAsync()).Items.First(l => l.ToString().Contains("by-roles", StringComparison.Ordinal));
        line.ToString().Should().Contain("publisher").And.Contain("after");
    }

    private static string Text(JsonNode definition) => definition["root"]!["activities"]![0]!["text"]!["expression"]!["value"]!.ToString();
}
