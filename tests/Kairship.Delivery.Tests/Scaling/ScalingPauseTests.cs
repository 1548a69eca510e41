using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingPauseTests
{
    private static readonly DateTimeOffset Ended = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", null)]
    [InlineData("S", null)]
    [InlineData("F", 30)]
    [InlineData("FFF", 120)]
    [InlineData("FFFFFFFFFFFF", 1800)]
    [InlineData("FSFFF", 30)]
    [InlineData("RF", 3600)]
    [InlineData("r", null)]
    [InlineData("rFFF", null)]
    [InlineData("PF", null)]
    public void Pause_GrowsWithFailuresInARow_AndEndsWithAnythingElse(string newestFirst, int? seconds)
    {
        var releases = newestFirst.Select((c, i) => ReleaseOf(c, newestFirst.Length - i)).ToList();

        var pause = ScalingPause.Of(releases, Ended.AddSeconds(1));

        (pause?.Until - Ended)?.TotalSeconds.Should().Be(seconds);
        (pause is null).Should().Be(seconds is null);
        if (pause is { } open)
        {
            ScalingPause.Of(releases, open.Until).Should().BeNull();
        }
    }

    private static Release ReleaseOf(char kind, int number)
    {
        var status = kind switch { 'S' => ReleaseStatus.Succeeded, 'F' or 'r' => ReleaseStatus.Failed, 'R' => ReleaseStatus.Rejected, _ => ReleaseStatus.Progressing };
        return new Release($"shop-{number}", "shop", number, "r1", "r1", "move", null, status, null, "x", Ended, status == ReleaseStatus.Progressing ? null : Ended, Make.Application())
        {
            Change = char.IsLower(kind) ? null : new PlacementChange(ReleaseKind.Scale, "more"),
        };
    }
}
