using Kairship.Api.Approvals;
using Kairship.Delivery.Failover;
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
    public async Task Application_ThatIsBeingChangedWhenItsClusterComesBack_IsComparedWhenThatIsOver()
    {
        await using var stage = await FailoverStage.StartAsync(All);
        await stage.ReleaseAsync("shop", All, failover: "{failback: {mode: never} }");
        await LostAsync(stage, "west", "shop");
        await stage.FailoversEndAsync();
        await stage.Admin.ApplyApplicationAsync(
            FailoverStage.Application("shop", FailoverStage.Divided(All), "{failback: {mode: never} }", "{workflow: canary, progressDeadline: 60s, approval: {minApprovals: 1} }"), Token);
        var release = await stage.Admin.StartReleaseAsync("shop", new(FailoverStage.Web(6, "v2"), Revision: "v2"), cancellationToken: Token);
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetReleaseAsync(release.Id, Token)).Release.Status == "AwaitingApproval", "it waits for people", () => stage.StoryAsync(release.Id));

        stage.Fleet["west"].Faults.Heal();
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetReturnAsync("west", Token)).State == "Waiting", "west was compared");
        ClusterTruth.Of(stage.Fleet["west"], "shop").Should().NotBeEmpty("somebody is changing it");
        (await RunsAsync(stage)).Should().Be(1);

        await stage.Admin.AbortReleaseAsync(release.Id, "not today", Token);
        await Eventually.HoldsAsync(() => Task.FromResult(ClusterTruth.Of(stage.Fleet["west"], "shop").Count == 0), "what is stale has gone");
        await Eventually.HoldsAsync(async () => await RunsAsync(stage) == 0, "the workflow ends");
    }

    [Fact]
    public async Task Cluster_ThatOthersHaveFilledMeanwhile_GetsBackNothing_UntilThereIsRoom()
    {
        await using var stage = await FailoverStage.StartAsync(All);
        await stage.Admin.ApplyApplicationAsync(FailoverStage.Application("shop", FailoverStage.Divided(All), Automatic, "{workflow: deploy, progressDeadline: 60s}"), Token);
        var release = await stage.Admin.StartReleaseAsync("shop", new(Sized("web", 6, "2"), Revision: "v1"), cancellationToken: Token);
        await stage.EndsAsync(release.Id, "Succeeded");
        var before = await stage.PlaceAsync("shop");
        await LostAsync(stage, "west", "shop");

        // Somebody else is there first: 3 nodes of 8 processors, of which 2 in all are left.
        stage.Fleet["west"].Faults.Heal();
        await stage.WriteAsync("west", "{apiVersion: v1, kind: Namespace, metadata: {name: others} }");
        await stage.WriteAsync("west", Sized("greedy", 11, "2").Replace("metadata: {name: greedy}", "metadata: {name: greedy, namespace: others}", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => (await SaidAsync(stage)).Contains("west has no room for what shop had there (2 of Deployment/web)", StringComparison.Ordinal), "it says why it waits", () => SaidAsync(stage));
        (await stage.PlaceAsync("shop")).Should().NotContain("west");

        await stage.WriteAsync("west", Sized("greedy", 1, "2").Replace("metadata: {name: greedy}", "metadata: {name: greedy, namespace: others}", StringComparison.Ordinal));
        await stage.MovesAsync("shop", before);
    }

    [Fact]
    public async Task ClusterThatItIsInNow_IsLost_ItsReturnWaits_AndIsNotTriedInVain()
    {
        await using var stage = await FailoverStage.StartAsync(services => services.AddSingleton(new BrakeOptions { WellFor = TimeSpan.Zero }), "east", "west");
        await stage.ReleaseAsync(
            "ledger", "clusterAffinities: [{affinityName: first, clusterNames: [west]}, {affinityName: second, clusterNames: [east]}]", failover: "{stateful: {fencing: confirm}, failback: {mode: automatic, stabilisation: 5s} }");
        stage.Fleet["west"].Faults.Unreachable = true;
        await stage.ReadyAsync("west", isReady: false);
        await stage.Admin.ConfirmFencedAsync("west", new("powered off in the rack"), Token);
        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("ledger")) is [{ Status: "Succeeded" }], "it is in east");

        stage.Fleet["west"].Faults.Heal();
        stage.Fleet["east"].Faults.Unreachable = true;

        await Eventually.HoldsAsync(async () => (await SaidAsync(stage)).Contains("ledger is in east, which is not ready", StringComparison.Ordinal), "it says why it waits", () => SaidAsync(stage));
        (await stage.Admin.ListReleasesAsync("ledger", cancellationToken: Token)).Items.Where(r => r.Kind == "Failback").Should().BeEmpty("nothing is tried in vain");
        stage.Fleet["east"].Faults.Heal();
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReleasesAsync("ledger", cancellationToken: Token)).Items[0] is { Kind: "Failback", Status: "AwaitingApproval" }, "it asks for its return", () => SaidAsync(stage));
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

    private static string Sized(string name, int replicas, string cpu) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec:
              containers:
              - {name: web, image: "example/web:v1", resources: {requests: {cpu: {{cpu}}} } }

        """;

    /// <summary>What the failback under way has noted.</summary>
    private static async Task<string> SaidAsync(FailoverStage stage)
    {
        var runs = (await stage.Admin.ListInstancesAsync("failback", cancellationToken: Token)).Items;
        return runs.Count == 0 ? "" : string.Join('\n', (await stage.Admin.GetJournalAsync(runs[0].Id, take: 1000, cancellationToken: Token)).Items);
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
