using Kairship.Api.Workflows;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Kairship.EndToEnd.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Watching;

/// <summary>An instance that fails, as one sees it and mends it.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class FaultTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Instance_ThatIsDeletedWhileItIsShown_IsSaidToBeGone()
    {
        await Stage.PublishAsync(Sample.Flow("to-go", "To go", Sample.Activity("Elsa.Delay", "wait", 0, ("timeSpan", Sample.Text("Literal", "01:00:00", "TimeSpan")))));
        using var api = Stage.Connect();
        var instance = await api.RunWorkflowAsync("to-go", new RunWorkflowRequest(null));
        var viewer = new InstancePage(Session);
        await Session.SignInAsync(Stage.Key("admin"));
        await viewer.OpenAsync(instance.Id);
        await viewer.SeesAsync("Sub status", "Suspended");
        // The designer does not bear to lose it while it still reads the journal. It may leave out a line that came while it read, so that no line of it is waited for.
        await Watch.QuietAsync();
        var before = Watch.CountBegun("/journal?");
        await api.CancelInstanceAsync(instance.Id);
        await Patience.UntilAsync(() => Task.FromResult(Watch.CountBegun("/journal?") > before), () => $"the journal is not read again:\n{Watch.Story}");
        await viewer.SeesAsync("Sub status", "Cancelled");
        await Watch.QuietAsync();
        Watch.Expect(404, $"/{instance.Id}$");

        (await Page.APIRequest.DeleteAsync(new Uri(Session.Address, $"/elsa/api/workflow-instances/{instance.Id}").AbsoluteUri, new()
        {
            Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {Stage.Key("admin")}" },
        })).Status.Should().Be(204);

        await Expect(Page.Locator("#problem")).ToContainTextAsync("it was deleted");
        await Session.ShootAsync("gone");
    }

    [Fact]
    public async Task Fault_ShowsItsIncident_AndIsRetriedFromThere()
    {
        await Stage.PublishAsync(Sample.Flow("faulty", "Faulty",
            Sample.Activity("Elsa.WriteLine", "before", 0, ("text", Sample.Text("Literal", "here we go"))),
            Sample.Activity("Elsa.Fault", "breaks", 1, ("message", Sample.Text("Literal", "the disk is full")))));
        using var api = Stage.Connect();
        var instance = await api.RunWorkflowAsync("faulty", new RunWorkflowRequest(null));
        var viewer = new InstancePage(Session);
        await Session.SignInAsync(Stage.Key("admin"));

        await viewer.OpenAsync(instance.Id);
        await viewer.SeesAsync("Sub status", "Faulted");
        await viewer.SeesAsync("Incidents", "1");
        await Expect(viewer.Canvas.Badge("breaks")).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Incidents" }).DispatchEventAsync("click");
        await Expect(viewer.Details).ToContainTextAsync("the disk is full");
        await Session.ShootAsync("incident");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        await Patience.UntilAsync(
            async () => (await api.GetJournalAsync(instance.Id, 0, 200)).Items.Count(l => l.ActivityId == "breaks" && l.Event.Contains("Fault", StringComparison.Ordinal)) == 2, () => "it was not retried");
        await Session.ShootAsync("retried");
        (await api.GetJournalAsync(instance.Id, 0, 200)).Items.Count(l => l.ActivityId == "before" && l.Event.Contains("Completed", StringComparison.Ordinal)).Should().Be(1, "what was done is not done again");
    }
}
