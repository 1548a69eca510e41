using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Lists;

/// <summary>The list of definitions: found, paged through, deleted one by one and together.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class DefinitionListTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Definitions_AreSearched_Paged_AndDeleted()
    {
        foreach (var i in Enumerable.Range(10, 14))
        {
            await Stage.PublishAsync(Sample.Lines($"many-{i}", $"One of many {i}", "hello"));
        }

        var (list, mud) = (new DefinitionList(Session), new Mud(Session));
        await Session.SignInAsync(Stage.Key("publisher"));
        await list.OpenAsync();

        await list.FindAsync("one of many", [.. Enumerable.Range(10, 10).Select(i => $"many-{i}")]);
        var first = await list.IdsAsync();
        await Session.ShootAsync("found");
        await Page.Locator("elsa-workflow-definition-list .mud-table-pagination-actions button").Nth(2).ClickAsync();
        await Expect(list.Rows).ToHaveCountAsync(4);
        (await list.IdsAsync()).Should().Equal(Enumerable.Range(20, 4).Select(i => $"many-{i}"), "the second page goes on where the first ends");
        await Session.ShootAsync("second-page");

        var (one, others) = ((await list.IdsAsync())[0], (await list.IdsAsync()).Skip(1).ToList());
        await list.PickAsync(one, "Delete");
        await Session.ShootAsync("really");
        await mud.ConfirmAsync("Delete");
        await Expect(list.Row(one)).ToHaveCountAsync(0);
        await list.SelectAsync(others);
        await mud.PickAsync(list.Bulk, "Delete");
        await mud.ConfirmAsync("Delete");

        await list.FindAsync("one of many 2");
        await Session.ShootAsync("deleted");
        using var api = Stage.Connect();
        var left = (await api.ListWorkflowsAsync()).Items.Select(w => w.DefinitionId).ToList();
        left.Should().NotIntersectWith([one, .. others]).And.Contain(first);
    }
}
