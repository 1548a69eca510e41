using Kairship.Designer.Tests.Browsing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Studio;

/// <summary>The designer: palette to the left, canvas and inputs in the middle, properties to the right.</summary>
internal sealed class DesignerPage(BrowserSession session)
{
    private readonly Mud _mud = new(session);

    private IPage Page => session.Page;

    public Canvas Canvas { get; } = new(session, "elsa-workflow-definition-editor");

    public ILocator Publish => Page.Locator("elsa-workflow-definition-editor .mud-toolbar .mud-button-group-root .mud-icon-button.mud-primary-text");

    public ILocator More => Page.Locator("elsa-workflow-definition-editor .mud-toolbar .mud-button-group-root .mud-menu button");

    public ILocator Save => Page.Locator("elsa-workflow-definition-editor .mud-toolbar .elsa-toolbar-icon button");

    public ILocator Run => Page.Locator("elsa-workflow-definition-editor .mud-toolbar .mud-icon-button.mud-success-text");

    private ILocator Choices => Page.Locator(".mud-popover-open .mud-list-item-extended");

    public ILocator Palette => Page.Locator("elsa-workflow-definition-editor .mud-expansion-panels");

    public string DefinitionId => new Uri(Page.Url).Segments[^1];

    public async Task OpenAsync(string definitionId)
    {
        await Page.GotoAsync($"/workflows/definitions/{definitionId}");
        await Canvas.DrawnAsync();
    }

    public ILocator Tab(string name) => Page.GetByRole(AriaRole.Tab, new() { Name = name, Exact = true });

    /// <summary>An input of the selected activity, with its menu of expressions.</summary>
    public ILocator Field(string input) => Page.Locator("elsa-workflow-definition-editor form.mud-form > div > div")
        .Filter(new() { Has = Page.Locator("label, legend").GetByText(input, new() { Exact = true }) }).First;

    /// <summary>Where one types the value of an input.</summary>
    public ILocator Input(string input) => Field(input).Locator("input[type=text], textarea").First;

    /// <summary>Opens the list of an input and says what is in it.</summary>
    public async Task<IReadOnlyList<string>> ChoicesAsync(string input)
    {
        await Field(input).Locator(".mud-input-slot").First.ClickAsync();
        await Expect(Choices.First).ToBeVisibleAsync();
        return [.. (await Choices.AllInnerTextsAsync()).Select(c => c.Trim())];
    }

    /// <summary>Takes one of the open list.</summary>
    public async Task ChooseAsync(string choice)
    {
        await Choices.GetByText(choice, new() { Exact = true }).First.ClickAsync();
        await Expect(Choices).ToHaveCountAsync(0);
    }

    /// <summary>Tabs that do not fit are reached by arrows; the keyboard reaches all.</summary>
    public async Task OpenTabAsync(string name)
    {
        await Tab(name).First.DispatchEventAsync("click");
        await Expect(Tab(name).First).ToHaveAttributeAsync("aria-selected", "true");
    }

    /// <summary>Drags an activity from the palette to a place on the canvas, with the mouse. What is dropped is selected afterwards.</summary>
    public async Task DragInAsync(string category, string activity, float x, float y)
    {
        var search = Page.Locator("elsa-workflow-definition-editor").GetByPlaceholder("Search").First;
        await search.FillAsync(activity);
        var header = Palette.Locator(".mud-expand-panel-header").Filter(new() { HasText = category }).First;
        await Expect(header).ToBeVisibleAsync();
        var item = Palette.Locator(".cursor-grab").Filter(new() { Has = Page.GetByText(activity, new() { Exact = true }) }).First;
        if (!await item.IsVisibleAsync())
        {
            await header.ClickAsync();
        }

        // The panel still opens: a hover waits until it stands still.
        await item.HoverAsync();
        var before = await Canvas.Nodes.CountAsync();
        var from = await Canvas.BoxAsync(item);
        var graph = await Canvas.BoxAsync(Canvas.Graph);
        await Page.Mouse.MoveAsync(from.MiddleX, from.MiddleY);
        await Page.Mouse.DownAsync();
        await Page.Mouse.MoveAsync(from.MiddleX + 10, from.MiddleY + 10, new() { Steps = 3 });
        await Page.Mouse.MoveAsync(graph.X + x, graph.Y + y, new() { Steps = 8 });
        await Page.Mouse.UpAsync();
        await Expect(Canvas.Nodes).ToHaveCountAsync(before + 1);
    }

    /// <summary>Switches an input of the selected activity to a kind of expression and writes it, as one types it.</summary>
    public async Task WriteExpressionAsync(string input, string kind, string expression)
    {
        var field = Field(input);
        await _mud.PickAsync(field.Locator(".mud-menu button").First, kind);
        var editor = field.Locator(".monaco-editor").First;
        await Expect(editor).ToBeVisibleAsync();
        await editor.ClickAsync();
        await Page.Keyboard.InsertTextAsync(expression);
        await Expect(editor.Locator(".view-lines")).ToContainTextAsync(expression.Split('\'')[0]);
    }
}
