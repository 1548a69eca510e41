using Microsoft.Playwright;

namespace Kairship.Designer.Tests.Browsing;

/// <summary>One user at one browser that knows nothing yet, watched from the first request to the last.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    /// <summary>Nothing that a user waits for takes longer, also on a busy machine.</summary>
    public const int Patience = 30_000;

    private const int MostShots = 5;

    // Milliseconds.
    private const float BetweenShots = 300;

    private readonly string _folder;
    private int _shots;

    private BrowserSession(IBrowserContext context, PageWatch watch, IPage page, Uri address, string folder)
    {
        (Context, Watch, Page, Address, _folder) = (context, watch, page, address, folder);
        Directory.EnumerateFiles(folder, "*.png").ToList().ForEach(File.Delete);
    }

    public IBrowserContext Context { get; }

    public PageWatch Watch { get; }

    public IPage Page { get; }

    public Uri Address { get; }

    public static async Task<BrowserSession> OpenAsync(IBrowser browser, Uri address, string test)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address.AbsoluteUri, ViewportSize = new() { Width = 1400, Height = 900 }, AcceptDownloads = true, Locale = "en-US", TimezoneId = "UTC", ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var watch = new PageWatch(context, address);
        await context.Tracing.StartAsync(new() { Snapshots = false, Screenshots = false, Sources = false, Title = test });
        return new BrowserSession(context, watch, await context.NewPageAsync(), address, ResultsFolder.Of(test));
    }

    /// <summary>Signs in without the form.</summary>
    public async Task SignInAsync(string key)
    {
        var answer = await Page.APIRequest.PostAsync(new Uri(Address, "session").AbsoluteUri, new()
        {
            DataObject = new { key }, Headers = new Dictionary<string, string> { ["Origin"] = Address.GetLeftPart(UriPartial.Authority) },
        });
        answer.Status.Should().BeInRange(200, 299, await answer.TextAsync());
    }

    /// <summary>Waits until the address is this path; "/*" at its end stands for one more part.</summary>
    public Task AtAsync(string path) => EndToEnd.Tests.Processes.Patience.UntilAsync(
        () => Task.FromResult(IsAt(new Uri(Page.Url).AbsolutePath, path)), () => $"the address is {Page.Url}, not {path}", TimeSpan.FromMilliseconds(Patience));

    /// <summary>A picture of what the user sees now, for people: nothing is concluded from it. While it changes pages Chromium sometimes cannot take one, and is asked again.</summary>
    public async Task ShootAsync(string step, IPage? page = null)
    {
        var (of, path) = (page ?? Page, Path.Combine(_folder, $"{++_shots:00}-{step}.png"));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await of.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
                return;
            }
            catch (PlaywrightException e) when (attempt < MostShots && e.Message.Contains("Unable to capture screenshot", StringComparison.Ordinal))
            {
                await of.WaitForTimeoutAsync(BetweenShots);
            }
        }
    }

    /// <summary>Keeps what helps to find the cause.</summary>
    public async Task KeepTraceAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "story.txt"), Watch.Story);
        foreach (var page in Context.Pages)
        {
            await ShootAsync("failed", page);
            await File.WriteAllTextAsync(Path.Combine(_folder, $"{_shots:00}-failed.html"), await page.ContentAsync());
        }

        await Context.Tracing.StopAsync(new() { Path = Path.Combine(_folder, "trace.zip") });
    }

    public async ValueTask DisposeAsync() => await Context.CloseAsync();

    private static bool IsAt(string at, string path) => path.EndsWith("/*", StringComparison.Ordinal)
        ? at.Length >= path.Length && at.StartsWith(path[..^1], StringComparison.Ordinal) && !at[(path.Length - 1)..].Contains('/', StringComparison.Ordinal)
        : at == path;
}
