using Kairship.Api.Approvals;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Testing.Releases;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover;

/// <summary>A cluster comes back, and by and by its applications: the shipped workflows at work on simulated clusters.</summary>
public sealed class FailbackTests
{
    private const string Automatic = "{failback: {mode: automatic, stabilisation: 1s, steps: [50]} }";
    private static readonly string[] All = ["east", "north", "west"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cluster_ThatComesBack_IsCompared_AndGetsBackWhatItHad_OnceOnly_ByPeopleWhereTheyAreAsked()
    {
        await using var stage = await FailoverStage.StartAsync(All);
        await stage.ReleaseAsync("free", All, failover: Automatic);
        await stage.ReleaseAsync("asks", All, failover: "{failback: {mode: approval, stabilisation: 1s} }");
        await stage.ReleaseAsync("stays", All, failover: "{failback: {mode: never} }");
        var before = await stage.PlaceAsync("free");
        await LostAsync(stage, "west", "free", "asks", "stays");

        stage.Fleet["west"].Faults.Heal();
        await stage.MovesAsync("free", before);
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetReturnAsync("west", Token)).State == "Clean", "it was compared", async () => (await stage.Admin.GetReturnAsync("west", Token)).ToString());
        var found = await stage.Admin.GetReturnAsync("west", Token);
        found.Fenced.Select(f => $"{f.Application} {f.Action}").Should().BeEquivalentTo("free Delete", "asks Delete", "stays Delete");
        ClusterTruth.Of(stage.Fleet["west"], "stays").Should().BeEmpty();

        var waiting = await PendingAsync(stage, "asks");
        (await stage.PlaceAsync("asks")).Should().NotContain("west");
        await stage.Admin.DecideApprovalAsync(waiting.Id, new DecideApprovalRequest(false, waiting.PlanDigest, "not today"), Token);
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReleasesAsync("asks", cancellationToken: Token)).Items[0].Status == "Rejected", "people said no");
        await Eventually.HoldsAsync(async () => await RunsAsync(stage) == 0, "the workflow ends");
        (await stage.Admin.ListReleasesAsync("asks", cancellationToken: Token)).Items.Count(r => r.Kind == "Failback").Should().Be(1, "who was told no does not ask again");
        (await stage.Admin.ListReleasesAsync("stays", cancellationToken: Token)).Items.Should().NotContain(r => r.Kind == "Failback");
        (await stage.Admin.ListReleasesAsync("free", cancellationToken: Token)).Items.Count(r => r.Kind == "Failback").Should().Be(1);
        (await stage.Admin.CompareReturnedAsync("west", Token)).State.Should().Be("Clean");
    }

    [Fact]
    public async Task Origin_IsRemembered_OverTwoFailovers_AndAllOfItHasToBeBack()
    {
        await using var stage = await FailoverStage.StartAsync("a", "b", "c", "d", "e", "f", "g");
        await stage.ReleaseAsync("shop", ["a", "b", "c"], failover: Automatic);
        var before = await stage.PlaceAsync("shop");
        await LostAsync(stage, "a", "shop");
        await LostAsync(stage, "b", "shop");
        (await stage.PlaceAsync("shop")).Should().Be("c 6");

        stage.Fleet["b"].Faults.Heal();
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetReturnAsync("b", Token)).State == "Clean", "b was compared");
        (await stage.PlaceAsync("shop")).Should().Be("c 6", "it returns once, not cluster by cluster");
        stage.Fleet["a"].Faults.Heal();
        await stage.MovesAsync("shop", before);
        (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items.Count(r => r.Kind == "Failback").Should().Be(1);
    }

    [Fact]
    public async Task Cluster_ThatFlaps_GetsNothingBack_BeforeItWasWellForLonger()
    {
        await using var stage = await FailoverStage.StartAsync(All);
        await stage.ReleaseAsync("shop", All, failover: "{failback: {mode: automatic, stabilisation: 4s} }");
        var before = await stage.PlaceAsync("shop");
        await LostAsync(stage, "west", "shop");
        stage.Fleet["west"].Faults.Heal();
        await ReadyAsync(stage, "west", "True");
        stage.Fleet["west"].Faults.Unreachable = true;
        await ReadyAsync(stage, "west", "Unknown");
        stage.Fleet["west"].Faults.Heal();
        await stage.MovesAsync("shop", before);

        var failbacks = (await stage.Delivery.ListReleasesAsync("shop", 0, 50, Token)).Items.Where(r => r.Kind == ReleaseKind.Failback).ToList();
        var well = (await stage.Server.Services.GetRequiredService<IClusterHealthStore>().GetAsync("west", Token))!.Ready!.LastTransition;
        failbacks.Should().ContainSingle().Which.RequestedAt.Should().BeOnOrAfter(well + TimeSpan.FromSeconds(8), "4 s, doubled for one more loss");
    }

    [Fact]
    public async Task Server_ThatIsKilledAgainAndAgain_FencesAndReturnsAsIfNothingHadBeen()
    {
        await using var stage = await FailoverStage.StartAsync(All);
        await stage.ReleaseAsync("shop", All, failover: Automatic);
        var before = await stage.PlaceAsync("shop");
        await LostAsync(stage, "west", "shop");
        stage.Fleet["west"].Faults.Heal();
        Func<Task<bool>>[] moments =
        [
            async () => (await stage.Admin.GetReturnAsync("west", Token)).State != "NotBack",
            async () => (await stage.Admin.GetReturnAsync("west", Token)).State == "Clean",
            async () => (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0].Kind == "Failback",
            async () => (await stage.Delivery.ListReleaseEventsAsync((await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0].Id, 100, Token)).Any(e => e.Kind == "Shifted0"),
        ];
        foreach (var moment in moments)
        {
            await Eventually.HoldsAsync(moment, $"moment {Array.IndexOf(moments, moment)} has come");
            await stage.Server.StopAsync();
            await stage.Server.StartAsync();
        }

        await stage.MovesAsync("shop", before);
        var releases = (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items;
        releases.Select(r => r.Kind).Should().Equal("Failback", "Failover", "Release");
        ClusterTruth.Of(stage.Fleet["west"], "shop").Should().ContainSingle().Which.Should().StartWith("deployments/web");
    }

    private static async Task LostAsync(FailoverStage stage, string cluster, params string[] applications)
    {
        stage.Fleet[cluster].Faults.Unreachable = true;
        foreach (var application in applications)
        {
            await Eventually.HoldsAsync(async () => !(await stage.PlaceAsync(application)).Contains($"{cluster} ", StringComparison.Ordinal), $"{application} has left {cluster}", async () => await stage.PlaceAsync(application));
        }
    }

    private static Task ReadyAsync(FailoverStage stage, string cluster, string ready) =>
        Eventually.HoldsAsync(async () => (await stage.Admin.GetClusterAsync(cluster, Token)).Condition?.Ready == ready, $"{cluster} is ready {ready}");

    private static async Task<ApprovalInfo> PendingAsync(FailoverStage stage, string application)
    {
        ApprovalInfo? found = null;
        await Eventually.HoldsAsync(
            async () => (found = (await stage.Admin.ListApprovalsAsync(cancellationToken: Token)).Items.FirstOrDefault(a => a.Application == application)) is not null, $"people are asked about {application}");
        return found!;
    }

    private static async Task<int> RunsAsync(FailoverStage stage) =>
        (await stage.Admin.ListInstancesAsync("failback", cancellationToken: Token)).Items.Count(i => i.Status is not ("Finished" or "Cancelled" or "Faulted"));
}
