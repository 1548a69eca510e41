using Kairship.Designer.Tests.Browsing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Studio;

/// <summary>The viewer of one instance: journal to the left, the graph with what was executed in the middle, details to the right.</summary>
internal sealed class InstancePage(BrowserSession session)
{
    private IPage Page => session.Page;

    public Canvas Canvas { get; } = new(session, "elsa-workflow-instance-viewer");

    public ILocator Details => Page.Locator("elsa-workflow-instance-viewer .rz-splitter-pane").Last;

    public ILocator Journal => Page.Locator("elsa-workflow-instance-viewer .mud-timeline, elsa-workflow-instance-viewer .rz-splitter-pane").First;

    public string InstanceId => new Uri(Page.Url).Segments[^1];

    public async Task OpenAsync(string instanceId)
    {
        await Page.GotoAsync($"/workflows/instances/{instanceId}");
        await Canvas.DrawnAsync();
    }

    /// <summary>A line of the details: "Status" to "Finished".</summary>
    public ILocator Detail(string name) => Details.Locator("tr").Filter(new() { Has = Page.GetByText(name, new() { Exact = true }) }).Locator("td").Nth(1);

    public async Task SeesAsync(string detail, string value) => await Expect(Detail(detail)).ToHaveTextAsync(value);

    /// <summary>Activities that show a badge of this colour: success, info, warning or error.</summary>
    public async Task<IReadOnlyList<string>> BadgesAsync(string colour) => await Canvas.Graph.EvaluateAsync<string[]>(
        "(graph, colour) => [...graph.querySelectorAll('.x6-node')].filter(n => n.querySelector('.mud-badge.mud-theme-' + colour)).map(n => n.dataset.cellId)", colour);
}
