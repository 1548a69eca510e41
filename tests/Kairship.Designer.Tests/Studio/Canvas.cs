using System.Globalization;
using System.Text.Json;
using Kairship.Designer.Tests.Browsing;
using Kairship.EndToEnd.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Studio;

/// <summary>Where something is on the screen, in pixels.</summary>
internal sealed record Box(string Name, float X, float Y, float Width, float Height)
{
    public float MiddleX => X + (Width / 2);

    public float MiddleY => Y + (Height / 2);

    public bool Overlaps(Box other) => X < other.X + other.Width && other.X < X + Width && Y < other.Y + other.Height && other.Y < Y + Height;

    public bool Contains(Box other) => X <= other.X && Y <= other.Y && other.X + other.Width <= X + Width && other.Y + other.Height <= Y + Height;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} at {X:0},{Y:0} {Width:0}x{Height:0}");
}

/// <summary>The graph: nodes, their ports and badges, and the connections between them.</summary>
internal sealed class Canvas(BrowserSession session, string view)
{
    /// <summary>Milliseconds after which a click that could not be made, or shows nothing, is made again.</summary>
    private const float ClickTakes = 5_000;

    private IPage Page => session.Page;

    public ILocator Graph => Page.Locator($"{view} .x6-graph");

    public ILocator Nodes => Graph.Locator(".x6-node");

    public ILocator Edges => Graph.Locator(".x6-edge");

    public ILocator Node(string activityId) => Graph.Locator($".x6-node[data-cell-id='{activityId}']");

    public ILocator NodeCalled(string label) => Nodes.Filter(new() { Has = Page.Locator(".activity-label").GetByText(label, new() { Exact = true }) });

    /// <summary>"success", "info", "warning", "error"... with the number in it: what a node shows of its executions.</summary>
    public ILocator Badge(string activityId) => Node(activityId).Locator(".mud-badge");

    public async Task DrawnAsync() => await Expect(Nodes.First).ToBeVisibleAsync();

    public async Task<Box> BoxAsync(ILocator locator, string name = "")
    {
        var box = await locator.BoundingBoxAsync() ?? throw new InvalidOperationException($"{locator} is not on the screen");
        return new Box(name, box.X, box.Y, box.Width, box.Height);
    }

    /// <summary>Waits until one sees all of it at once, as one does without doing anything.</summary>
    public async Task WholeAsync()
    {
        string[] hidden = [];
        await Patience.UntilAsync(
            async () =>
            {
                // A part of the graph that lies outside of its pane is cut off.
                var (canvas, pane) = (await BoxAsync(Graph), await BoxAsync(Page.Locator($"{view} .rz-splitter-pane:has(> div > .elsa-flowchart-diagram-designer)")));
                return (hidden = [.. (await BoxesAsync()).Nodes.Where(n => !canvas.Contains(n) || !pane.Contains(n)).Select(n => n.ToString())]).Length == 0;
            },
            () => $"out of sight: {string.Join("; ", hidden)}");
    }

    /// <summary>The nodes by activity, and the words at their outcomes by activity and outcome, all at one moment: the graph is brought into sight as a whole some time after it is drawn.</summary>
    public async Task<(IReadOnlyList<Box> Nodes, IReadOnlyList<Box> Labels)> BoxesAsync()
    {
        var found = await Graph.EvaluateAsync<JsonElement>(
            """
            graph => ["foreignObject", ".x6-port-out .x6-port-label"].map(part => [...graph.querySelectorAll(".x6-node")].flatMap(node => [...node.querySelectorAll(part)].map(e => {
              const r = e.getBoundingClientRect();
              return { name: node.dataset.cellId + (e.tagName === "text" ? ":" + e.textContent : ""), x: r.x, y: r.y, width: r.width, height: r.height };
            })))
            """);
        var boxes = found.Deserialize<List<List<Box>>>(JsonSerializerOptions.Web)!;
        return (boxes[0], [.. boxes[1].Where(b => b.Width > 0)]);
    }

    /// <summary>Selects a node, so that its inputs are shown. The graph may move just when it is clicked; after that it moves no more.</summary>
    public async Task SelectAsync(string activityId)
    {
        var (label, selection) = (Node(activityId).Locator(".activity-label"), Page.Locator($".x6-widget-selection-box[data-cell-id='{activityId}']"));
        await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    // What is selected lies below its selection.
                    await (await selection.CountAsync() > 0 ? selection : label).ClickAsync(new() { Timeout = ClickTakes });
                    await selection.WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = ClickTakes });
                    return true;
                }
                catch (TimeoutException)
                {
                    return false;
                }
            },
            () => $"{activityId} is not selected");
    }

    /// <summary>Clicks where nothing is.</summary>
    public async Task DeselectAsync()
    {
        var graph = await BoxAsync(Graph);
        await Page.Mouse.ClickAsync(graph.X + graph.Width - 20, graph.Y + 15);
        await Expect(Page.Locator(".x6-widget-selection-box")).ToHaveCountAsync(0);
    }

    /// <summary>Draws a connection with the mouse.</summary>
    public async Task ConnectAsync(string from, string outcome, string to)
    {
        await DeselectAsync();
        var before = await Edges.CountAsync();
        var start = await BoxAsync(Node(from).Locator($".x6-port-out [port='{outcome}']"));
        var end = await BoxAsync(Node(to).Locator(".x6-port-in .x6-port-body"));
        await Page.Mouse.MoveAsync(start.MiddleX, start.MiddleY);
        await Page.Mouse.DownAsync();
        await Page.Mouse.MoveAsync(start.MiddleX + 20, start.MiddleY + 20, new() { Steps = 4 });
        await Page.Mouse.MoveAsync(end.MiddleX, end.MiddleY, new() { Steps = 8 });
        await Page.Mouse.UpAsync();
        await Expect(Edges).ToHaveCountAsync(before + 1);
    }

    public async Task<string> IdOfAsync(string label) => await NodeCalled(label).GetAttributeAsync("data-cell-id") ?? "";
}
