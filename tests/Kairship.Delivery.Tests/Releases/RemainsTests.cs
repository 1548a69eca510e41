using Kairship.Delivery.Releases;

namespace Kairship.Delivery.Tests.Releases;

/// <summary>What releases without success left behind, by how they stood in each cluster. Newest first, ";" between releases.</summary>
public sealed class RemainsTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("east Waiting, west Waiting, here Waiting", "", "")]
    [InlineData("east Promoting, west Waiting", "east", "")]
    [InlineData("west Promoted, east Failed, north Canary", "east, north, west", "")]
    [InlineData("east RolledBack, west Left", "", "")]
    [InlineData("east RollingBack, west Leaving", "east, west", "")]
    [InlineData("east RolledBack; east Promoted", "", "")]
    [InlineData("east Waiting; east Promoted", "east", "")]
    [InlineData("east Promoted; east RolledBack", "east", "")]
    [InlineData("here Failed; here Promoted, east Left", "", "here")]
    [InlineData("here RolledBack, there Leaving; here Promoted", "", "there")]
    [InlineData("here Left, there Waiting; there RollingBack; there RolledBack", "", "here, there")]
    public void LastReleaseThatTouchedACluster_Decides(string ends, string left, string disturbed)
    {
        var newestFirst = ends.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(release => release.Split(", ").Select(c => c.Split(' '))
            .Select(c => new ReleaseCluster("shop-2", c[0], "all", Enum.Parse<ClusterPhase>(c[1]), 0, 0, 0, "Unknown", null, DateTimeOffset.UnixEpoch)).ToList());

        string.Join(", ", Remains.Of(newestFirst, ["here", "there"])).Should().Be(left);
        string.Join(", ", Remains.Disturbed(newestFirst, ["here", "there"])).Should().Be(disturbed);
    }
}
