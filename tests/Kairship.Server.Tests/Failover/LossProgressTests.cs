using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Server.Failover;

namespace Kairship.Server.Tests.Failover;

/// <summary>What becomes of an application of a lost cluster, by what was tried before.</summary>
public sealed class LossProgressTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClusterLoss West = new("west", 7, Now.AddMinutes(-10));

    [Theory]
    [InlineData(FailoverVerdict.Go, "", true, false, "failover:shop:west#7:1")]
    [InlineData(FailoverVerdict.Ask, "", true, false, "failover:shop:west#7:1")]
    [InlineData(FailoverVerdict.Wait, "", false, false, "Wait: because")]
    [InlineData(FailoverVerdict.Fence, "", false, false, "Fence: because")]
    [InlineData(FailoverVerdict.Nowhere, "", false, false, "Nowhere: because")]
    [InlineData(FailoverVerdict.Nothing, "", false, true, "Nothing: because")]
    [InlineData(FailoverVerdict.Tolerate, "", false, true, "Tolerate: because")]
    [InlineData(FailoverVerdict.Go, "Failed -60", true, false, "failover:shop:west#7:2")]
    [InlineData(FailoverVerdict.Go, "Failed -10", false, false, "Wait: shop-2 did not succeed: why It is tried again.")]
    [InlineData(FailoverVerdict.Go, "RolledBack -60, Failed -200", true, false, "failover:shop:west#7:3")]
    [InlineData(FailoverVerdict.Go, "Failed -20, Failed -200", false, false, "Wait: shop-3 did not succeed: why It is tried again.")]
    [InlineData(FailoverVerdict.Go, "Failed -300, Failed -300, Failed -300, Failed -300, Failed -300", false, true, "Nowhere: shop was tried to be moved 5 times, at last by shop-6: why")]
    [InlineData(FailoverVerdict.Go, "Rejected -60", false, true, "Wait: shop-2 was stopped by people: why")]
    [InlineData(FailoverVerdict.Go, "Aborted -60", false, true, "Wait: shop-2 was stopped by people: why")]
    [InlineData(FailoverVerdict.UnderWay, "Progressing 0", false, false, "")]
    [InlineData(FailoverVerdict.Go, "Succeeded -60", true, false, "failover:shop:west#7:2")]
    public void Application_IsBegun_OrStays_AsItsVerdictAndWhatWasTriedSay(FailoverVerdict verdict, string before, bool begins, bool isOver, string what)
    {
        var progress = LossProgress.Of(Scene(verdict, before), West, _ => ["east"]);

        progress.Start.Should().HaveCount(begins ? 1 : 0);
        progress.IsOver.Should().Be(isOver);
        (progress.Start.Select(s => s.DedupeKey).SingleOrDefault() ?? string.Join(", ", progress.NotMoved.Select(n => $"{n.Verdict}: {n.Sentence}"))).Should().Be(what);
        if (begins)
        {
            progress.Start[0].Change.Should().Match<PlacementChange>(c => c.Kind == ReleaseKind.Failover && c.Lost.Single() == "west" && (c.Asks != null) == (verdict == FailoverVerdict.Ask));
        }
    }

    [Fact]
    public void Failover_ThatGoesToACluster_WhichIsLostByNow_IsStopped_AndBegunAnew()
    {
        var east = new ClusterLoss("east", 4, Now.AddSeconds(-5));
        var scene = Scene(FailoverVerdict.UnderWay, "Progressing 0", east);
        var progress = LossProgress.Of(scene, West, _ => ["east"]);
        progress.Stop.Select(s => $"{s.Failover.Id}: {s.Why}").Should().Equal("shop-2: east, where it goes to, is lost as well");
        LossProgress.Of(scene with { BrakeHolds = true }, West, _ => ["east"]).Stop.Should().BeEmpty("perhaps it is Kairship that is cut off");
        progress.IsOver.Should().BeFalse();
        LossProgress.Of(scene, West, _ => ["north"]).Stop.Should().BeEmpty();

        // Stopped by us, not by people: that it was aborted keeps nobody from going elsewhere.
        var stopped = Scene(FailoverVerdict.Go, "Aborted -1");
        stopped = stopped with { Histories = stopped.Histories.ToDictionary(h => h.Key, h => h.Value with { Releases = [.. h.Value.Releases.Select(r => r with { Reason = "Aborted by the failover: east is lost as well." })] }) };
        LossProgress.Of(stopped, West, _ => ["east"]).Start.Single().DedupeKey.Should().EndWith(":2");
    }

    [Fact]
    public void ClusterIsBack_OrLostAnew_NothingBegins_WhatIsUnderWayIsSeenThrough()
    {
        foreach (var losses in new[] { Array.Empty<ClusterLoss>(), [new ClusterLoss("west", 9, Now)] })
        {
            LossProgress.Of(Scene(FailoverVerdict.Go, "") with { Losses = losses.ToDictionary(l => l.Cluster) }, West, _ => []).Should().Match<LossProgress>(p => p.IsOver && p.Start.Count == 0);
            var writing = LossProgress.Of(Scene(FailoverVerdict.UnderWay, "Progressing 0") with { Losses = losses.ToDictionary(l => l.Cluster) }, West, _ => []);
            writing.Should().Match<LossProgress>(p => !p.IsOver && p.Stop.Count == 0);
            LossProgress.Of(Scene(FailoverVerdict.UnderWay, "AwaitingApproval 0") with { Losses = losses.ToDictionary(l => l.Cluster) }, West, _ => []).Stop.Should().ContainSingle("who agrees now would move it from where it is well");
        }
    }

    [Theory]
    [InlineData("AwaitingApproval 0", 1)]
    [InlineData("Pending 0", 1)]
    [InlineData("Progressing 0", 0)]
    public void ConfirmationIsVoid_WhatWroteNothingYetIsStopped(string underWay, int stopped)
    {
        var scene = Scene(FailoverVerdict.UnderWay, underWay);
        LossProgress.Of(scene, West, _ => []).Stop.Should().BeEmpty();
        var unfenced = scene with { Order = new FailoverOrder([.. scene.Order.Items.Select(i => i with { Unfenced = "Nobody has confirmed it." })], null) };

        LossProgress.Of(unfenced, West, _ => []).Stop.Select(s => s.Why).Should().Equal(Enumerable.Repeat("Nobody has confirmed it.", stopped));
    }

    [Theory]
    [InlineData("1:True>Unknown", 1)]
    [InlineData("3:False>Unknown, 2:True>False, 1:Unknown>True", 2)]
    [InlineData("2:Unknown>True, 1:True>Unknown", null)]
    [InlineData("", null)]
    public void Loss_BeginsWhereTheClusterCeasedToBeReady(string history, int? number)
    {
        var transitions = history.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split(':', '>'))
            .Select(t => new ClusterTransition("west", int.Parse(t[0], null), Enum.Parse<ConditionStatus>(t[1]), Enum.Parse<ConditionStatus>(t[2]), "", "", Now)).ToList();

        ClusterLoss.Of(transitions)?.Number.Should().Be(number);
        (ClusterLoss.Of(transitions) is null).Should().Be(number is null);
    }

    private static FailoverScene Scene(FailoverVerdict verdict, string before, params ClusterLoss[] others)
    {
        var application = new Application { Name = "shop", Namespace = "shop" };
        var tried = before.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split(' ')).ToList();
        var releases = tried.Select((t, i) => Release(application, tried.Count + 1 - i, Enum.Parse<ReleaseStatus>(t[0]), Now.AddSeconds(int.Parse(t[1], null)), new PlacementChange(ReleaseKind.Failover, "") { Lost = ["west"], Losses = new Dictionary<string, long> { ["west"] = 7 } })).ToList();
        var stable = Release(application, 1, ReleaseStatus.Succeeded, Now.AddDays(-1), null);
        var place = new PreviousPlacement(new Dictionary<string, IReadOnlyDictionary<string, int>> { ["west"] = new Dictionary<string, int> { ["Deployment/web"] = 3 } });
        var item = new FailoverItem("shop", 500, verdict, ["west"], 3, "because", verdict == FailoverVerdict.Wait ? Now.AddSeconds(1) : null) { Touched = ["west"] };
        return new FailoverScene(
            Now, others.Append(West).ToDictionary(l => l.Cluster), new Dictionary<string, LostCluster>(), new FailoverOrder([item], null),
            new Dictionary<string, ApplicationHistory> { ["shop"] = new(application, [.. releases, stable], stable, place, []) });
    }

    private static Release Release(Application application, int number, ReleaseStatus status, DateTimeOffset at, PlacementChange? change) =>
        new($"shop-{number}", "shop", number, "v1", "v1", "move", null, status, "why", "ops", at.AddSeconds(-1), status >= ReleaseStatus.Succeeded ? at : null, application) { Change = change };
}
