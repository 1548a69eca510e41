using Kairship.Designer.Tests.Browsing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Studio;

/// <summary>What all views of the Studio share: menus, dialogs, the messages that come and go.</summary>
internal sealed class Mud(BrowserSession session)
{
    private IPage Page => session.Page;

    public ILocator Menu => Page.Locator(".mud-popover-open");

    public ILocator Dialog => Page.Locator(".mud-dialog");

    public ILocator Messages => Page.Locator(".mud-snackbar");

    /// <summary>Opens a menu, picks an entry.</summary>
    public async Task PickAsync(ILocator button, string entry)
    {
        await button.ClickAsync();
        await Menu.GetByText(entry, new() { Exact = true }).ClickAsync();
    }

    /// <summary>The entries of a menu that can be picked.</summary>
    public async Task<IReadOnlyList<string>> EntriesAsync(ILocator button)
    {
        await button.ClickAsync();
        await Expect(Menu.First).ToBeVisibleAsync();
        var entries = await Menu.Locator(".mud-menu-item:not(.mud-disabled)").AllInnerTextsAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Page.Mouse.ClickAsync(3, 400);
        await Expect(Menu).ToHaveCountAsync(0);
        return [.. entries.Select(e => e.Trim())];
    }

    /// <summary>Answers the dialog that asks whether one means it.</summary>
    public async Task ConfirmAsync(string button)
    {
        await Dialog.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
    }

    /// <summary>Waits for a message and takes it away, so that the next one is not mistaken for it.</summary>
    public async Task SeesMessageAsync(string text)
    {
        var message = Messages.Filter(new() { HasText = text }).First;
        await Expect(message).ToBeVisibleAsync();
        await DismissMessagesAsync();
    }

    public async Task DismissMessagesAsync()
    {
        for (var rounds = 0; rounds < 10 && await Messages.CountAsync() > 0; rounds++)
        {
            try
            {
                await Messages.First.Locator("button").Last.ClickAsync(new() { Timeout = 1000 });
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException)
            {
                // It went by itself.
            }
        }
    }
}
