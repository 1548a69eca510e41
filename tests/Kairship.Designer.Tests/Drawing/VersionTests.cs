using System.Text.Json.Nodes;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>The versions of a definition, and the way back to an earlier one.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class VersionTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Versions_AreListed_AndAnEarlierOneComesBack()
    {
        var designer = new DesignerPage(Session);
        await Stage.PublishAsync(Sample.Lines("versions", "Versions", "first"));
        await Stage.PublishAsync(Sample.Lines("versions", "Versions", "second"));
        await Session.SignInAsync(Stage.Key("publisher"));
        await designer.OpenAsync("versions");

        await designer.OpenTabAsync("Version history");
        var rows = Page.Locator("elsa-workflow-definition-editor table tbody tr").Filter(new() { Has = Page.Locator(".mud-menu") });
        await Expect(rows).ToHaveCountAsync(2);
        await Session.ShootAsync("versions");
        await new Mud(Session).PickAsync(rows.Last.Locator(".mud-menu button"), "Rollback to this version");
        await AnswerAsync();

        var back = await Stage.DefinitionAsync("versions", d => d["version"]!.GetValue<int>() == 3);
        back["root"]!["activities"]![0]!["text"]!["expression"]!["value"]!.ToString().Should().Be("first");
        await Expect(rows).ToHaveCountAsync(3);
        await Session.ShootAsync("reverted");
    }

    private async Task AnswerAsync()
    {
        var dialog = new Mud(Session).Dialog;
        if (await dialog.CountAsync() > 0)
        {
            await dialog.GetByRole(AriaRole.Button).Last.ClickAsync();
        }
    }
}
