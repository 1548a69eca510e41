using System.Text.Json.Nodes;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Kairship.Testing;

namespace Kairship.Designer.Tests.Drawing;

/// <summary>The workflows that come with Kairship, as the designer draws them.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class LayoutTests(DesignerStage stage) : BrowserTest(stage)
{
    [Theory]
    [InlineData("canary")]
    [InlineData("deploy")]
    [InlineData("rollback")]
    [InlineData("move")]
    [InlineData("failover")]
    [InlineData("scale-out")]
    [InlineData("failback")]
    [InlineData("failback-application")]
    [InlineData("dr-drill")]
    public async Task Workflow_IsDrawnWhole_AndNothingOverlaps(string definitionId)
    {
        var root = JsonNode.Parse(File.ReadAllText(SharedFiles.Own("workflows", $"{definitionId}.json")))!["root"]!;
        var designer = new DesignerPage(Session);
        await Session.SignInAsync(Stage.Key("designer"));

        await Page.SetViewportSizeAsync(1920, 1080);
        await designer.OpenAsync(definitionId);

        var activities = root["activities"]!.AsArray().Select(a => a!["id"]!.ToString()).ToList();
        await Microsoft.Playwright.Assertions.Expect(designer.Canvas.Nodes).ToHaveCountAsync(activities.Count);
        await Microsoft.Playwright.Assertions.Expect(designer.Canvas.Edges).ToHaveCountAsync(root["connections"]!.AsArray().Count);
        await designer.Canvas.WholeAsync();
        await Session.ShootAsync(definitionId);
        var (nodes, labels) = await designer.Canvas.BoxesAsync();
        nodes.Select(n => n.Name).Should().BeEquivalentTo(activities);
        Overlaps(nodes, nodes).Should().BeEmpty("nodes lie beside each other");
        Overlaps(labels, nodes).Should().BeEmpty("the words at the outcomes can be read");
        (await designer.Canvas.NodeCalled("Not Found").CountAsync()).Should().Be(0, "every activity is known");
    }

    private static IEnumerable<string> Overlaps(IReadOnlyList<Box> some, IReadOnlyList<Box> others) =>
        from one in some from other in others where one.Name != other.Name && one.Overlaps(other) select $"{one} and {other}";
}
