using Kairship.Designer.Tests.Stage;

namespace Kairship.Designer.Tests.Browsing;

/// <summary>A test by one user at one browser. At its end the console and the network are looked at, whatever the test itself was about.</summary>
public abstract class BrowserTest(DesignerStage stage) : IAsyncLifetime
{
    private static readonly TestResult[] Failures = [TestResult.Failed];

    internal DesignerStage Stage { get; } = stage;

    internal BrowserSession Session { get; private set; } = null!;

    internal Microsoft.Playwright.IPage Page => Session.Page;

    internal PageWatch Watch => Session.Watch;

    public async ValueTask InitializeAsync() =>
        Session = await BrowserSession.OpenAsync(Stage.Browser, Stage.Server.Address, TestContext.Current.Test?.TestDisplayName.Split('.')[^1] ?? GetType().Name);

    public async ValueTask DisposeAsync()
    {
        var wrongs = Watch.Wrongs;
        if (wrongs.Count > 0 || Failures.Contains(TestContext.Current.TestState?.Result ?? TestResult.Passed))
        {
            await Session.KeepTraceAsync();
        }

        await Session.DisposeAsync();
        GC.SuppressFinalize(this);
        wrongs.Should().BeEmpty("the console shows no error, the network no failure, and nothing leaves the server");
    }
}
