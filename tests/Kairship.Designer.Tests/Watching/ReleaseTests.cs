using Kairship.Api;
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
        var first = await AskAsync(deployer, "v1");
        await ApproveAsync(manager, first);
        await OverAsync(deployer, first);
        var detail = await AskAsync(deployer, "v2");
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

        await ApproveAsync(manager, detail);

        await Patience.UntilAsync(async () => (await viewer.BadgesAsync("success")).Count > before.Count, () => "no further node lights up");
        await Session.ShootAsync("goes-on");
        await OverAsync(deployer, detail);
        await viewer.SeesAsync("Status", "Finished");
        // It was a canary. Badges come one by one, and not in the order of the details.
        IReadOnlyList<string> lit = [], all = [gate, .. before, "set-weight", "wait-healthy", "observe", "promote", "succeed"];
        await Patience.UntilAsync(
            async () => !all.Except(lit = await viewer.BadgesAsync("success")).Any(), () => $"without light: {string.Join(", ", all.Except(lit))}");
        await Expect(viewer.Canvas.Badge("set-weight")).ToHaveTextAsync("4", new() { UseInnerText = true });
        await Session.ShootAsync("finished");
        Watch.Sockets.Count.Should().BeGreaterThan(framesBefore, "what happened came through the hub");
        (await deployer.GetReleaseAsync(detail.Release.Id)).Release.Status.Should().Be("Succeeded");
    }

    /// <summary>A release that waits for its approval.</summary>
    private static async Task<ReleaseDetail> AskAsync(KairshipClient deployer, string version)
    {
        var release = await deployer.StartReleaseAsync(ShopFiles.Application, new StartReleaseRequest(ShopFiles.Manifests(version), null, version), $"watched-{version}");
        ReleaseDetail detail = null!;
        await Patience.UntilAsync(async () => (detail = await deployer.GetReleaseAsync(release.Id)).PendingApproval is not null, () => "no approval is asked for");
        return detail;
    }

    private static Task OverAsync(KairshipClient deployer, ReleaseDetail detail) => Patience.UntilAsync(
        async () => (await deployer.GetReleaseAsync(detail.Release.Id)).Release.IsOver, () => $"{detail.Release.Id} does not end", TimeSpan.FromMinutes(2));

    private static Task ApproveAsync(KairshipClient manager, ReleaseDetail asked) =>
        manager.DecideApprovalAsync(asked.PendingApproval!.Id, new DecideApprovalRequest(true, asked.PendingApproval.PlanDigest, "looks good"));

    private async Task<string> ApprovalNodeAsync()
    {
        var canary = await Stage.DefinitionAsync("canary");
        return canary["root"]!["activities"]!.AsArray().First(a => a!["type"]!.ToString().EndsWith("Approval", StringComparison.Ordinal))!["id"]!.ToString();
    }
}
