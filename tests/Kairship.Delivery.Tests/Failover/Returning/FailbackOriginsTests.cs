using CsCheck;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;

namespace Kairship.Delivery.Tests.Failover.Returning;

public sealed class FailbackOriginsTests
{
    /// <summary>R: a revision, S: a scaling, F: a failover, B: a failback; behind it the clusters. r: a revision with another placement policy.</summary>
    [Theory]
    [InlineData("Rab", null)]
    [InlineData("Rab Fb", "ab by 1")]
    [InlineData("Rab Fb Fc", "ab by 1")]
    [InlineData("Ra Sab Fb", "ab by 2")]
    [InlineData("Rab Fb Sbc Fc", "ab by 1")]
    [InlineData("Rab Fb Rb", "ab by 1")]
    [InlineData("Rab Fb rb", null)]
    [InlineData("Rab Fb rb Fc", "b by 3")]
    [InlineData("Rab Fb Bab", null)]
    [InlineData("Rab Fb Rab", null)]
    [InlineData("Rab Fb Bb", "ab by 1")]
    [InlineData("Rab Fb Bab Fa", "ab by 3")]
    [InlineData("Fb", null)]
    [InlineData("", null)]
    public void Origin_Table(string history, string? origin)
    {
        var found = FailbackOrigins.Of(Read(history));
        (found is null ? null : $"{string.Concat(found.Clusters)} by {found.Release}").Should().Be(origin);
    }

    [Fact]
    public void Origin_IsTheSame_HoweverOftenItMovesOn() => Gen.Char["bcd"].Array[1, 6].Sample(moves =>
        FailbackOrigins.Of(Read($"Rab {string.Join(' ', moves.Select(m => $"F{m}"))}"))!.Should().Match<FailbackOrigin>(o => o.Release == "1" && o.Placement.Replicas.Count == 2));

    private static List<PlacedRelease> Read(string history) => history.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) => new PlacedRelease(
        $"{i + 1}",
        text[0] switch { 'S' => ReleaseKind.Scale, 'F' => ReleaseKind.Failover, 'B' => ReleaseKind.Failback, _ => ReleaseKind.Release },
        new Application { Name = "shop", Namespace = "shop", Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(text[0] == 'r' ? ["b", "c"] : ["a", "b", "c"]) } },
        DateTimeOffset.UnixEpoch.AddHours(i), new PreviousPlacement(text[1..].ToDictionary(c => $"{c}", _ => (IReadOnlyDictionary<string, int>)new Dictionary<string, int> { ["Deployment/web"] = 1 })))).ToList();
}
