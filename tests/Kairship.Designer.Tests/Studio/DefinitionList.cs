using Kairship.Designer.Tests.Browsing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Studio;

/// <summary>The list of definitions, as a user sees it.</summary>
internal sealed class DefinitionList(BrowserSession session)
{
    private readonly Mud _mud = new(session);

    private IPage Page => session.Page;

    public ILocator Rows => Page.Locator("elsa-workflow-definition-list table tbody tr:has(td[data-label=ID])");

    public ILocator Row(string definitionId) => Rows.Filter(new() { Has = Page.Locator("td[data-label=ID]").GetByText(definitionId, new() { Exact = true }) });

    public ILocator Create => Page.GetByRole(AriaRole.Button, new() { Name = "Create workflow" });

    public ILocator Bulk => Page.GetByRole(AriaRole.Button, new() { Name = "Bulk actions" });

    public ILocator Search => Page.GetByPlaceholder("Search on");

    public ILocator MenuOf(string definitionId) => Row(definitionId).Locator(".mud-menu button");

    public async Task OpenAsync()
    {
        await Page.GotoAsync("/workflows");
        await Expect(Rows.First).ToBeVisibleAsync();
    }

    /// <summary>Searches until exactly these are left.</summary>
    public async Task FindAsync(string text, params IReadOnlyList<string> definitionIds)
    {
        await Search.FillAsync(text);
        await Expect(Rows.Locator("td[data-label=ID]")).ToHaveTextAsync(definitionIds);
    }

    public async Task<IReadOnlyList<string>> IdsAsync() => [.. (await Rows.Locator("td[data-label=ID]").AllInnerTextsAsync()).Select(t => t.Trim())];

    public async Task PickAsync(string definitionId, string entry) => await _mud.PickAsync(MenuOf(definitionId), entry);

    public async Task SelectAsync(params IReadOnlyList<string> definitionIds)
    {
        foreach (var id in definitionIds)
        {
            var box = Row(id).Locator("input[type=checkbox]");
            await box.CheckAsync(new() { Force = true });
            await Expect(box).ToBeCheckedAsync();
        }
    }

    /// <summary>Fills the dialog of a new flowchart and lands in the designer.</summary>
    public async Task CreateAsync(string name)
    {
        await Create.ClickAsync();
        await _mud.Dialog.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await session.ShootAsync("new-workflow");
        await _mud.Dialog.GetByRole(AriaRole.Button, new() { Name = "Ok" }).ClickAsync();
        await session.AtAsync("/workflows/definitions/*");
    }

    /// <summary>Chooses files in the browser's own dialog.</summary>
    public async Task ImportAsync(params IReadOnlyList<string> files)
    {
        var chooser = await Page.RunAndWaitForFileChooserAsync(async () =>
            await _mud.PickAsync(Page.Locator("elsa-workflow-definition-list .mud-button-group-root button").Last, "Import"));
        await chooser.SetFilesAsync(files);
    }
}
