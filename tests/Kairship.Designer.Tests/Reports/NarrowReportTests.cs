using System.Text.Json;
using Kairship.Api.Releases;
using Kairship.Api.Workflows;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.EndToEnd.Tests.Processes;
using Microsoft.Playwright;

namespace Kairship.Designer.Tests.Reports;

/// <summary>Reports on a telephone: what is wide scrolls in itself, and the page stays where it is.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class NarrowReportTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Reports_OnANarrowScreen_StayInIt_AndWhatIsWideScrollsInItself()
    {
        var report = await DrillAsync();
        await Session.SignInAsync(Stage.Key("viewer"));
        await Page.SetViewportSizeAsync(380, 800);

        foreach (var path in (string[])["/reports", $"/reports/{report}"])
        {
            await Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
            await Session.ShootAsync(path == "/reports" ? "list" : "report");
            (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(380, "{0} does not scroll sideways", path);
            (await Page.Locator(".wide").EvaluateAllAsync<bool>("parts => parts.length > 0 && parts.every(p => p.scrollWidth > p.clientWidth)")).Should().BeTrue("nothing of {0} is squeezed", path);
            var button = await Page.Locator("#sign-out").BoundingBoxAsync() ?? throw new InvalidOperationException("It is not on the screen.");
            (button.X + button.Width).Should().BeLessThanOrEqualTo(380);
            (await Page.Locator("header nav").EvaluateAsync<bool>("nav => nav.scrollWidth <= nav.clientWidth")).Should().BeTrue("all pages can be gone to");
        }

        (await Page.Locator("svg.rto").CountAsync()).Should().Be(1);
        await Page.SetViewportSizeAsync(1280, 800);
        (await Page.Locator(".wide").EvaluateAllAsync<bool>("parts => parts.every(p => p.scrollWidth <= p.clientWidth)")).Should().BeTrue("there is room");
        await Session.ShootAsync("wide");
    }

    /// <returns>The id of the report of a drill that moved something.</returns>
    private async Task<string> DrillAsync()
    {
        using var admin = Stage.Connect();
        await admin.ApplyApplicationAsync("""
            apiVersion: kairship.io/v1
            kind: Application
            metadata: {name: narrow-report}
            spec:
              namespace: narrow-report
              placement:
                clusterAffinities:
                - {affinityName: first, clusterNames: [west]}
                - {affinityName: second, clusterNames: [north]}
              rollout: {workflow: deploy, progressDeadline: 60s}
            """);
        var release = await admin.StartReleaseAsync("narrow-report", new StartReleaseRequest("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web} }
              template:
                metadata: {labels: {app: web} }
                spec: {containers: [{name: web, image: "example/web:v1"}]}
            """, Revision: "v1"));
        await Patience.UntilAsync(async () => (await admin.GetReleaseAsync(release.Id)).Release.Status == "Succeeded", () => $"it is not deployed\n{Stage.Server.Tail()}", TimeSpan.FromSeconds(60));
        var drill = await admin.RunWorkflowAsync("dr-drill", new RunWorkflowRequest(JsonSerializer.SerializeToElement(new { Cluster = "west" }), null, null, null));
        await Patience.UntilAsync(async () => (await admin.GetInstanceAsync(drill.Id)).Instance.Status == "Finished", () => $"the drill does not end\n{Stage.Server.Tail()}", TimeSpan.FromSeconds(120));
        return (await admin.ListReportsAsync("drill")).Items[0].Id;
    }
}
