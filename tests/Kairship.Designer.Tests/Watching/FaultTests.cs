using Kairship.Api.Workflows;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Watching;

/// <summary>An instance that fails, as one sees it and mends it.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class FaultTests(DesignerStage stage) : BrowserTest(stage)
{
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
        await EndToEnd.Tests.Processes.Patience.UntilAsync(
            async () => (await api.GetJournalAsync(instance.Id, 0, 200)).Items.Count(l => l.ActivityId == "breaks" && l.Event.Contains("Fault", StringComparison.Ordinal)) == 2, () => "it was not retried");
        await Session.ShootAsync("retried");
        (await api.GetJournalAsync(instance.Id, 0, 200)).Items.Count(l => l.ActivityId == "before" && l.Event.Contains("Completed", StringComparison.Ordinal)).Should().Be(1, "what was done is not done again");
    }
}
