using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>What the check at publishing says is shown at the node that it is about, and goes with its cause.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed partial class ProblemMarkTests(DesignerStage stage) : BrowserTest(stage)
{
    private ILocator Marks => Page.Locator(".x6-node .node-mark button");

    private ILocator Bubble => Page.Locator(".node-problems");

    private ILocator List => Page.Locator("header .problems");

    [Fact]
    public async Task Problem_IsShownAtItsNode_UntilItIsMendedThere()
    {
        await DraftAsync(Sample.Flow("to-mend", "To mend", Write("fine", 0, "Literal"), Write("wrong", 1, "Variable")));
        await Session.SignInAsync(Stage.Key("publisher"));
        var designer = new DesignerPage(Session);
        await designer.OpenAsync("to-mend");

        await Expect(Mark("wrong")).ToHaveTextAsync("1");
        await Expect(Mark("wrong")).ToHaveAccessibleNameAsync(ThereIsNoVariable());
        await Expect(Marks).ToHaveCountAsync(1);
        await Expect(Bubble).ToBeHiddenAsync();
        await Mark("wrong").HoverAsync();
        await Expect(Bubble).ToContainTextAsync("There is no variable \"Nobody\"");
        await Session.ShootAsync("message-at-the-node");

        await DragAsync(designer.Canvas.Node("wrong").Locator(".activity-label"), 30, 70);
        await Stage.DefinitionAsync("to-mend", d => d["root"]!["activities"]![1]!["metadata"]!["designer"]!["position"]!["y"]!.GetValue<double>() > 150);
        await Expect(Mark("wrong")).ToHaveCountAsync(1);

        await List.Locator("summary").ClickAsync();
        await List.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Page.Locator(".x6-widget-selection-box[data-cell-id='wrong']")).ToHaveCountAsync(1);
        await Expect(Mark("wrong")).ToBeFocusedAsync();
        await Session.ShootAsync("selected-from-the-list");

        await new Mud(Session).PickAsync(designer.Field("Text").Locator(".mud-menu button").First, "Default");
        await Expect(Marks).ToHaveCountAsync(0);
        await Expect(List).ToBeHiddenAsync();
        await Expect(Bubble).ToBeHiddenAsync();
        await Session.ShootAsync("mended");
        await designer.Publish.ClickAsync();
        await Stage.DefinitionAsync("to-mend", d => d["isPublished"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Viewer_SeesProblems_OfTheVersionThatIsShown_AlsoThoseInsideANode()
    {
        await Stage.PublishAsync(Sample.Flow("two-versions", "Two versions", Write("say", 0, "Literal")));
        var loop = Sample.Activity("Elsa.While", "loop", 1, ("condition", Sample.Text("Literal", "false", "Boolean")), ("body", Write("inside", 0, "Variable")));
        await DraftAsync(Sample.Flow("two-versions", "Two versions", Write("say", 0, "Literal"), loop));
        await Session.SignInAsync(Stage.Key("viewer"));
        var designer = new DesignerPage(Session);
        await designer.OpenAsync("two-versions");

        await Expect(Mark("loop")).ToHaveAccessibleNameAsync(ThereIsNoVariable());
        await Expect(List.Locator("summary")).ToHaveTextAsync("1 problem");
        await Session.ShootAsync("inside");

        await OpenVersionAsync(designer, 1);
        await Expect(designer.Canvas.Nodes).ToHaveCountAsync(1);
        await Expect(List).ToBeHiddenAsync();
        await OpenVersionAsync(designer, 2);
        await Expect(Mark("loop")).ToHaveCountAsync(1);
        await Expect(List).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Run_OfWhatCannotRun_SaysWhy()
    {
        await DraftAsync(Sample.Flow("not-to-run", "Not to run", Write("wrong", 0, "Variable")));
        await Session.SignInAsync(Stage.Key("publisher"));
        var designer = new DesignerPage(Session);
        await designer.OpenAsync("not-to-run");
        Watch.Expect(422, "/not-to-run/execute$");

        await designer.Run.ClickAsync();

        await Expect(Page.Locator("#notice")).ToContainTextAsync(ThereIsNoVariable());
        await Session.ShootAsync("not-run");
    }

    [Theory]
    [InlineData(390)]
    [InlineData(800)]
    public async Task Header_InANarrowWindow_StaysInIt_WithItsListOfProblems(int width)
    {
        await Page.SetViewportSizeAsync(width, 800);
        await DraftAsync(Sample.Flow("narrow", "Narrow", Write("wrong", 0, "Variable")));
        await Session.SignInAsync(Stage.Key("admin"));
        await new DesignerPage(Session).OpenAsync("narrow");

        await List.Locator("summary").ClickAsync();

        foreach (var part in new[] { List.Locator("ul"), Page.Locator("#sign-out") })
        {
            var box = await part.BoundingBoxAsync() ?? throw new InvalidOperationException("It is not on the screen.");
            box.X.Should().BeGreaterThanOrEqualTo(0);
            (box.X + box.Width).Should().BeLessThanOrEqualTo(width);
        }

        (await List.Locator("ul").EvaluateAsync<bool>("list => list.scrollWidth <= list.clientWidth")).Should().BeTrue("nothing of a message is cut off");
        await Session.ShootAsync("narrow");
    }

    private static JsonObject Write(string id, int column, string kind) =>
        Sample.Activity("Elsa.WriteLine", id, column, ("text", Sample.Text(kind, "Nobody")));

    private async Task DraftAsync(JsonObject definition)
    {
        using var api = Stage.Connect();
        await api.SaveDraftAsync(definition["definitionId"]!.ToString(), definition.ToJsonString(), "*", TestContext.Current.CancellationToken);
    }

    private ILocator Mark(string activityId) => Page.Locator($".x6-node[data-cell-id='{activityId}'] .node-mark button");

    private async Task DragAsync(ILocator what, float x, float y)
    {
        var box = await what.BoundingBoxAsync() ?? throw new InvalidOperationException("It is not on the screen.");
        await Page.Mouse.MoveAsync(box.X + 10, box.Y + 5);
        await Page.Mouse.DownAsync();
        await Page.Mouse.MoveAsync(box.X + 10 + x, box.Y + 5 + y, new() { Steps = 6 });
        await Page.Mouse.UpAsync();
    }

    private async Task OpenVersionAsync(DesignerPage designer, int version)
    {
        await designer.OpenTabAsync("Version history");
        var rows = Page.Locator("elsa-workflow-definition-editor table tbody tr").Filter(new() { Has = Page.Locator(".mud-menu") });
        await Expect(rows).ToHaveCountAsync(2);
        await new Mud(Session).PickAsync(rows.Nth(2 - version).Locator(".mud-menu button"), "View");
    }

    [GeneratedRegex("There is no variable \"Nobody\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ThereIsNoVariable();
}
