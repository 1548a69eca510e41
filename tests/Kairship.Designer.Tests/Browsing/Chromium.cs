using Microsoft.Playwright;

namespace Kairship.Designer.Tests.Browsing;

/// <summary>The browser of this machine: CHROMIUM names it, otherwise it is the one on the PATH. Nothing is downloaded.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly IPlaywright _playwright;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    public IBrowser Browser { get; }

    public static async Task<Chromium> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            // The sandbox of its own does not work for root, and containers often lack /dev/shm.
            var browser = await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Find(), Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"], Timeout = 60_000,
            });
            return new Chromium(playwright, browser);
        }
        catch (PlaywrightException)
        {
            playwright.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.CloseAsync();
        _playwright.Dispose();
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named)
        {
            return named;
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(n => folders.Select(f => Path.Combine(f, n))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"No browser: none of {string.Join(", ", Names)} is on the PATH, and CHROMIUM names none. On Debian: apt-get install chromium.");
    }
}
