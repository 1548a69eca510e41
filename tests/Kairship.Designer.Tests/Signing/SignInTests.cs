using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Signing;

[Collection(DesignerStageCollection.Name)]
public sealed class SignInTests(DesignerStage stage) : BrowserTest(stage)
{
    private ILocator Key => Page.GetByLabel("API key");

    private ILocator Enter => Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" });

    [Fact]
    public async Task DeepLink_WhileSignedOut_AsksForAKey_AndReturnsThere()
    {
        await Page.GotoAsync("/workflows/definitions/deploy");
        await Session.AtAsync("/sign-in");
        await Session.ShootAsync("sign-in");

        Watch.Expect(403, "^/session");
        await Key.FillAsync("ks_no-such-key");
        await Enter.ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("key");
        await Session.ShootAsync("wrong-key");
        await Session.AtAsync("/sign-in");

        await Key.FillAsync(Stage.Key("designer"));
        await Enter.ClickAsync();

        await Session.AtAsync("/workflows/definitions/deploy");
        await new DesignerPage(Session).Canvas.DrawnAsync();
        await Expect(Page.Locator("header")).ToContainTextAsync("designer");
        await Session.ShootAsync("where-the-link-led");
        (await Page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"))
            .Should().NotContain(Stage.Key("designer"), "no script can read the key");
    }

    [Fact]
    public async Task Link_SignsInOnce_AndLeadsOnWhereOneIsSignedInByItAlready()
    {
        var link = await Stage.Connect("viewer").MakeSignInLinkAsync(TestContext.Current.CancellationToken);
        await Page.GotoAsync(link.Path);
        await Session.AtAsync("/workflows");
        await Expect(Page.Locator("header")).ToContainTextAsync("viewer");

        Watch.Expect(403, "^/session");
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync(link.Path);
        await Session.AtAsync("/workflows");

        Watch.Expect(403, "^/session");
        await Session.Context.ClearCookiesAsync();
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync(link.Path);
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("used already");
    }

    [Fact]
    public async Task Address_InCapitals_OpensThePage()
    {
        await Session.SignInAsync(Stage.Key("viewer"));
        await Page.GotoAsync("/Workflows/Definitions/canary");
        await new DesignerPage(Session).Canvas.DrawnAsync();
        await Session.AtAsync("/workflows/definitions/canary");
    }

    [Fact]
    public async Task Menu_LeadsToAllPages_BackAndForwardWork_AndSigningOutEndsIt()
    {
        var (list, designer) = (new DefinitionList(Session), new DesignerPage(Session));
        await Session.SignInAsync(Stage.Key("viewer"));
        await list.OpenAsync();
        await Session.ShootAsync("definitions");

        await list.Row("canary").Locator("td[data-label=Name]").ClickAsync();
        await Session.AtAsync("/workflows/definitions/canary");
        await designer.Canvas.DrawnAsync();
        await Page.GetByRole(AriaRole.Navigation).GetByText("Instances").ClickAsync();
        await Session.AtAsync("/workflows/instances");
        await Expect(Page.GetByText("Workflow instances", new() { Exact = true })).ToBeVisibleAsync();
        await Session.ShootAsync("instances");
        await Page.GoBackAsync();
        await designer.Canvas.DrawnAsync();
        await Page.GoBackAsync();
        await Expect(list.Rows.First).ToBeVisibleAsync();
        await Page.GoForwardAsync();
        await designer.Canvas.DrawnAsync();
        await Page.ReloadAsync();
        await designer.Canvas.DrawnAsync();
        await Session.AtAsync("/workflows/definitions/canary");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Session.AtAsync("/sign-in");
        await Session.ShootAsync("signed-out");
        (await Page.APIRequest.GetAsync(new Uri(Session.Address, "/elsa/api/workflow-definitions").AbsoluteUri)).Status.Should().Be(401, "the session is over for the API too");
        await Page.GotoAsync("/workflows/definitions/canary");
        await Session.AtAsync("/sign-in");
    }

    [Fact]
    public async Task Session_ThatEnds_LeadsToSignIn_AndBack_AndAnotherTabStays()
    {
        var designer = new DesignerPage(Session);
        await Session.SignInAsync(Stage.Key("designer"));
        await designer.OpenAsync("rollback");
        var second = await Session.Context.NewPageAsync();
        await second.GotoAsync("/workflows");
        await Expect(second.GetByText("rollback", new() { Exact = true })).ToBeVisibleAsync();
        await second.CloseAsync();

        await Session.Context.ClearCookiesAsync();
        await Page.ReloadAsync();
        await Session.AtAsync("/sign-in");
        await Key.FillAsync(Stage.Key("designer"));
        await Enter.ClickAsync();
        await Session.AtAsync("/workflows/definitions/rollback");
        await designer.Canvas.DrawnAsync();
    }
}
