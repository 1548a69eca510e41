using Kairship.Delivery.Failover;

namespace Kairship.Delivery.Tests.Failover;

public sealed class RtoReportTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(15.0, 16.0, 18.5, 40.0, 60, RtoOutcome.Met, "web was healthy again after 40s, within its objective of 1m (detected after 15s, decided after 1s, applied after 2.5s, healthy after 21.5s).")]
    [InlineData(15.0, 16.0, 18.5, 61.0, 60, RtoOutcome.Missed, "web was healthy again after 1m1s, too late for its objective of 1m (detected after 15s, decided after 1s, applied after 2.5s, healthy after 42.5s).")]
    [InlineData(15.0, 16.0, 18.5, 61.0, null, RtoOutcome.Recovered, "web was healthy again after 1m1s (detected after 15s, decided after 1s, applied after 2.5s, healthy after 42.5s).")]
    [InlineData(15.0, 16.0, null, null, 101, RtoOutcome.Open, "web is not healthy again after 1m40s (detected after 15s, decided after 1s).")]
    [InlineData(15.0, null, null, null, 99, RtoOutcome.Missed, "web is not healthy again after 1m40s, too late for its objective of 1m39s (detected after 15s).")]
    [InlineData(15.0, 14.0, 18.0, 20.0, null, RtoOutcome.Recovered, "web was healthy again after 20s (detected after 15s, decided after 0s, applied after 4s, healthy after 2s).")] // clocks differ
    public void Report_Table(double detected, double? decided, double? applied, double? healthy, int? objective, RtoOutcome outcome, string sentence)
    {
        var report = Report("web", detected, decided, applied, healthy, objective);
        report.Outcome.Should().Be(outcome);
        report.Sentence.Should().Be(sentence);
        report.ToJson()["sentence"]!.GetValue<string>().Should().Be(sentence);
        report.ToJson()["totalSeconds"]!.GetValue<double>().Should().Be(healthy ?? 100);
    }

    [Fact]
    public void Total_WithoutALastAnswer_CountsFromTheDetection() =>
        RtoReport.Of(new FailoverTimes("web", ["a"], null, Start, Start, Start, Start.AddSeconds(9)), null, Start).Should().Match<RtoReport>(r => r.Total == TimeSpan.FromSeconds(9) && r.Detecting == null);

    [Theory]
    [InlineData(40, FailoverVerdict.Tolerate, true)]
    [InlineData(40, FailoverVerdict.Nothing, true)]
    [InlineData(40, FailoverVerdict.Nowhere, false)]
    [InlineData(40, FailoverVerdict.Fence, false)]
    [InlineData(70, FailoverVerdict.Tolerate, false)]
    public void LossOfACluster_IsMet_WhenAllAreHealthyInTime_AndNobodyWasLeft(int healthy, FailoverVerdict stayed, bool isMet)
    {
        var report = ClusterLossReport.Of("a", 3, [Report("web", 15, 16, 18, healthy, 60), Report("api", 10, 11, 12, 20, 60)], [new NotMoved("db", stayed, "why")]);
        report.IsMet.Should().Be(isMet);
        report.DetectedToApplied.Should().Be(TimeSpan.FromSeconds(8));
        report.Sentence.Should().StartWith($"a was lost: 2 of {(stayed is FailoverVerdict.Tolerate or FailoverVerdict.Nothing ? 2 : 3)} applications are healthy elsewhere, the slowest after {(healthy == 40 ? "40s" : "1m10s; 1 missed their objective")}");
        report.ToJson()["applications"]!.AsArray().Select(a => a!["application"]!.GetValue<string>()).Should().Equal("api", "web");
        report.ToJson()["notMoved"]![0]!["verdict"]!.GetValue<string>().Should().Be(stayed.ToString());
    }

    /// <summary>Whoever waited until its cluster was back was down until then, and is held to what it promises.</summary>
    [Theory]
    [InlineData(null, null, false, 0, "Nobody knows.")]
    [InlineData(null, 90, false, 1, "Nobody knows. db is not healthy again after 1m40s, too late for its objective of 1m30s (detected after 15s).")]
    [InlineData(80, 90, true, 0, "Nobody knows. db was healthy again after 1m20s, within its objective of 1m30s (detected after 15s).")]
    [InlineData(80, null, true, 0, "Nobody knows. db was healthy again after 1m20s (detected after 15s).")]
    [InlineData(95, 90, false, 1, "Nobody knows. db was healthy again after 1m35s, too late for its objective of 1m30s (detected after 15s).")]
    public void WhoWasNotMoved_CountsAgainstItsObjective(int? back, int? objective, bool isMet, int missed, string sentence)
    {
        var stayed = new NotMoved("db", FailoverVerdict.Fence, "Nobody knows.") { Down = Report("db", 15, null, null, back, objective) };
        var report = ClusterLossReport.Of("a", 3, [Report("web", 15, 16, 18, 40, 60)], [stayed]);
        report.IsMet.Should().Be(isMet);
        report.Sentence.Should().Be($"a was lost: 1 of 2 applications are healthy elsewhere, the slowest after 40s{(missed > 0 ? "; 1 missed their objective" : "")}; 1 was not moved.");
        var written = NotMoved.Of(report.ToJson()["notMoved"]![0]!.AsObject(), null, Start.AddSeconds(100));
        written.Should().BeEquivalentTo(stayed);
        written.Sentence.Should().Be(sentence);
    }

    [Fact]
    public void LossOfACluster_UnderWay_IsNotMet()
    {
        var report = ClusterLossReport.Of("a", 3, [Report("web", 15, 16, null, null, null)], []);
        report.IsMet.Should().BeFalse();
        report.DetectedToApplied.Should().BeNull();
        report.Sentence.Should().Be("a was lost: 0 of 1 application is healthy elsewhere.", "what is not healthy is not the slowest that was");
    }

    private static RtoReport Report(string name, double detected, double? decided, double? applied, double? healthy, int? objective)
    {
        DateTimeOffset? At(double? seconds) => seconds is { } s ? Start.AddSeconds(s) : null;
        return RtoReport.Of(
            new FailoverTimes(name, ["a"], Start, Start.AddSeconds(detected), At(decided), At(applied), At(healthy)), objective is { } o ? TimeSpan.FromSeconds(o) : null, Start.AddSeconds(100));
    }
}
