using Kairship.Api.Approvals;
using Kairship.Api.Releases;
using Kairship.Designer.Tests.Browsing;
using Kairship.Designer.Tests.Stage;
using Kairship.Designer.Tests.Studio;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.EndToEnd.Tests.Shop;
using static Microsoft.Playwright.Assertions;

namespace Kairship.Designer.Tests.Watching;

/// <summary>A canary release with an approval, watched in the designer while it happens.</summary>
[Collection(DesignerStageCollection.Name)]
public sealed class ReleaseTests(DesignerStage stage) : BrowserTest(stage)
{
    [Fact]
    public async Task Release_LightsUpNodeByNode_WaitsForItsApproval_AndEnds()
    {
        using var deployer = Stage.Connect("deployer");
        using var manager = Stage.Connect("release-manager");
        var release = await deployer.StartReleaseAsync(ShopFiles.Application, new StartReleaseRequest(ShopFiles.Manifests("v1"), null, "v1"), "watched-v1");
        ReleaseDetail detail = null!;
        await Patience.UntilAsync(async () => (detail = await deployer.GetReleaseAsync(release.Id)).PendingApproval is not null, () => "no approval is asked for");
        var viewer = new InstancePage(Session);
        await Session.SignInAsync(Stage.Key("viewer"));

        await Page.SetViewportSizeAsync(1920, 1080);
        await viewer.OpenAsync(detail.Release.InstanceId!);
        await viewer.Canvas.WholeAsync();
        await viewer.SeesAsync("Status", "Running");
        var gate = await ApprovalNodeAsync();
        await Expect(viewer.Canvas.Badge(gate)).ToBeVisibleAsync();
        await Session.ShootAsync("waits-for-approval");
        var before = (await viewer.BadgesAsync("success")).ToList();
        before.Should().NotBeEmpty().And.NotContain(gate, "nobody has approved");
        Watch.Sockets.Should().Contain(s => s.Contains("/elsa/hubs/workflow-instance", StringComparison.Ordinal));
        var framesBefore = Watch.Sockets.Count;

        await manager.DecideApprovalAsync(detail.PendingApproval!.Id, new DecideApprovalRequest(true, detail.PendingApproval.PlanDigest, "looks good"));

        await Patience.UntilAsync(async () => (await viewer.BadgesAsync("success")).Count > before.Count, () => "no further node lights up");
        await Session.ShootAsync("goes-on");
        await viewer.SeesAsync("Status", "Finished");
        (await viewer.BadgesAsync("success")).Should().Contain(gate).And.Contain(before);
        await Session.ShootAsync("finished");
        Watch.Sockets.Count.Should().BeGreaterThan(framesBefore, "what happened came through the hub");
        (await deployer.GetReleaseAsync(release.Id)).Release.Status.Should().Be("Succeeded");
    }

    private async Task<string> ApprovalNodeAsync()
    {
        var canary = await Stage.DefinitionAsync("canary");
        return canary["root"]!["activities"]!.AsArray().First(a => a!["type"]!.ToString().EndsWith("Approval", StringComparison.Ordinal))!["id"]!.ToString();
    }
}
