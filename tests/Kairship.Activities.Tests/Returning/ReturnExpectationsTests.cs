using Kairship.Activities.Returning;
using Kairship.Delivery.Releases;

namespace Kairship.Activities.Tests.Returning;

/// <summary>What a cluster that came back should have of an application that must not run twice, by what was tried since its last success.</summary>
public sealed class ReturnExpectationsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", true)]
    [InlineData("Failover east Promoting", false)]
    [InlineData("Failover east RolledBack", true)]
    [InlineData("Failover east RolledBack; Release west RolledBack, north Failed", true)]
    [InlineData("Failover east Failed; Release west Promoting", true)]
    [InlineData("Release west RolledBack, north Failed", true)]
    [InlineData("Release west RolledBack; Failover east Failed", false)]
    public async Task Cluster_KeepsIt_UnlessAFailoverAwayFromItBeganItElsewhere_AndNothingWasDoneHereSince(string tried, bool isExpected)
    {
        await using var stage = await ReturnStage.StartAsync("east", "north", "west");
        var application = ReturnStage.Preferring("shop", "west", "east", "north");
        await stage.ReleaseAsync(application);
        var (delivery, at) = (stage.Rig.Delivery, TimeProvider.System.GetUtcNow());
        foreach (var attempt in tried.Split("; ", StringSplitOptions.RemoveEmptyEntries))
        {
            var (kind, clusters) = (Enum.Parse<ReleaseKind>(attempt.Split(' ')[0]), attempt[(attempt.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split(", ").Select(c => c.Split(' ')));
            var release = await delivery.StartReleaseAsync(
                new NewRelease(application, "v1", "move", "ops", Change: kind == ReleaseKind.Release ? null : new PlacementChange(kind, "lost") { Lost = ["west"] }), at, Token);
            foreach (var cluster in clusters)
            {
                await delivery.SaveReleaseClusterAsync(new ReleaseCluster(release.Id, cluster[0], "all", Enum.Parse<ClusterPhase>(cluster[1]), 0, 0, 0, "Unknown", null, at), Token);
            }

            await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Progressing, null, at, Token);
            await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Failed, "it did not", at, Token);
        }

        var expected = (await stage.Rig.Get<ReturnExpectations>().FindAsync("shop", "west", Token))!;

        expected.Busy.Should().BeNull();
        (expected.Expectation.Objects is not null).Should().Be(isExpected);
    }
}
