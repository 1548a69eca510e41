using Kairship.Api.Reports;
using Kairship.Delivery.Releases;

namespace Kairship.Server.Tests.Failover;

/// <summary>A cluster is lost: the shipped workflow moves its applications, by itself.</summary>
public sealed class FailoverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClusterIsLost_ItsApplicationsAreMoved_OthersAreLeftAlone()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "north", "west"]);
        await stage.ReleaseAsync("books", ["north", "west"], replicas: 4);
        await stage.ReleaseAsync("elsewhere", ["east", "north"], replicas: 2);

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "east 3, north 3");
        await stage.MovesAsync("books", "north 4");
        (await stage.Admin.ListReleasesAsync("elsewhere", cancellationToken: Token)).Total.Should().Be(1);
        var failover = (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0];
        failover.Kind.Should().Be(nameof(ReleaseKind.Failover), await stage.StoryAsync(failover.Id));
        (await stage.StoryAsync(failover.Id)).Should().ContainAll("Applied east", "Applied north");
        var report = await stage.ReportAsync("west");
        report.Report.Should().Match<ReportInfo>(r => r.IsOver && r.IsMet == true && r.Sentence!.StartsWith("west was lost: 2 of 2 applications are healthy elsewhere"));
    }
}
