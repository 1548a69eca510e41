using System.Text.Json.Nodes;
using Kairship.Api.Reports;
using Kairship.Delivery.Releases;
using Kairship.Simulator.Faults;

namespace Kairship.Server.Tests.Failover;

/// <summary>Losses that are harder than one: too many, one after the other, again and again, in the middle of a canary.</summary>
public sealed class LossScenarioTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MostOfTheFleetIsLost_TheBrakeHolds_UntilAPersonReleasesIt()
    {
        await using var stage = await FailoverStage.StartAsync("a", "b", "c", "d", "e");
        await stage.ReleaseAsync("shop", ["a", "b", "c", "d", "e"], replicas: 10);
        await stage.ReleaseAsync("books", ["a", "e"], replicas: 4);

        foreach (var cluster in (string[])["a", "b", "c"])
        {
            stage.Fleet[cluster].Faults.Unreachable = true;
        }

        // Every loss has its failover, which has looked, reported what waits, and begun nothing.
        foreach (var cluster in (string[])["a", "b", "c"])
        {
            await stage.ReportAsync(cluster, r => !r.Report.IsOver && r.Document.GetProperty("notMoved").EnumerateArray().Any(n => n.GetProperty("sentence").GetString()!.Contains("3 of 5 clusters")));
        }

        (await stage.Admin.GetFleetAsync(Token)).Brake.On.Should().BeTrue();
        (await stage.FailoversAsync("shop")).Should().BeEmpty();
        (await stage.FailoversAsync("books")).Should().BeEmpty();

        await stage.Admin.ReleaseBrakeAsync(Token);

        await stage.MovesAsync("shop", "d 5, e 5");
        await stage.MovesAsync("books", "e 4");
        (await stage.ReportAsync("b")).Report.IsMet.Should().BeTrue();
        (await stage.FailoversAsync("shop")).Should().ContainSingle("all three losses are one move");
    }

    [Fact]
    public async Task ClusterThatTakesTheApplicationIsLostMeanwhile_TheFailoverIsStopped_AndAnotherGoesToTheThird()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west", "f1", "f2", "f3", "f4");
        await stage.ReleaseAsync("shop", placement: """
            clusterAffinities:
            - {affinityName: first, clusterNames: [west]}
            - {affinityName: second, clusterNames: [north]}
            - {affinityName: third, clusterNames: [east]}
            replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
            """);
        // What comes to the second never gets ready there, so that the loss of it comes in the middle.
        stage.Fleet["north"].Faults.SetImageFault("web", PodFault.Unready);

        stage.Fleet["west"].Faults.Unreachable = true;
        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("shop")) is [{ } one] && (await stage.StoryAsync(one.Id)).Contains("Applied north"), "it goes to north");
        stage.Fleet["north"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "east 6");
        var failovers = await stage.FailoversAsync("shop");
        failovers.Select(r => r.Status).Should().Equal(nameof(ReleaseStatus.Succeeded), nameof(ReleaseStatus.Aborted));
        failovers[1].Reason.Should().Contain("lost as well");
        (await stage.ReportAsync("west")).Report.Should().Match<ReportInfo>(r => r.Sentence!.StartsWith("west was lost: 1 of 1 application is healthy elsewhere"));
    }

    [Fact]
    public async Task ClusterComesAndGoes_EachApplicationMovesOnce_AndNothingComesBackByItself()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "north", "west"]);
        await stage.ReleaseAsync("books", ["north", "west"], replicas: 4);
        await stage.ReleaseAsync("news", ["east", "west"], replicas: 4);

        for (var loss = 1; loss <= 4; loss++)
        {
            stage.Fleet["west"].Faults.Unreachable = true;
            await stage.ReadyAsync("west", isReady: false);
            foreach (var application in loss == 1 ? (string[])["shop", "books", "news"] : [])
            {
                // Sooner it would be the loss that is over, and the failover with it.
                await Eventually.HoldsAsync(async () => (await stage.FailoversAsync(application)) is [{ Status: not "Pending" }], $"{application} goes");
            }

            stage.Fleet["west"].Faults.Heal();
            await stage.ReadyAsync("west", isReady: true);
        }

        await stage.FailoversEndAsync();
        await stage.MovesAsync("shop", "east 3, north 3");
        await stage.MovesAsync("books", "north 4");
        await stage.MovesAsync("news", "east 4");
        foreach (var application in (string[])["shop", "books", "news"])
        {
            var releases = (await stage.Admin.ListReleasesAsync(application, cancellationToken: Token)).Items;
            releases.Select(r => r.Kind).Should().Equal([nameof(ReleaseKind.Failover), nameof(ReleaseKind.Release)], "{0} moves once and stays", application);
        }

        (await stage.Admin.ListClusterTransitionsAsync("west", Token)).Count(t => t.To != "True" && t.From == "True").Should().Be(4, "all four losses were real");
    }

    [Fact]
    public async Task CanaryIsUnderWay_ItGoesBackToStableWhereThatIsReached_ThenTheStableRevisionMoves()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "north", "west"]);
        await stage.Admin.ApplyApplicationAsync(FailoverStage.Application("shop", FailoverStage.Divided(["east", "north", "west"]), rollout: "{workflow: canary, progressDeadline: 60s, steps: [{setWeight: 50}, {pause: {duration: 1h}}]}"), Token);
        var canary = await stage.Admin.StartReleaseAsync("shop", new(FailoverStage.Web(6, "v2"), Revision: "v2"), cancellationToken: Token);
        await Eventually.HoldsAsync(
            async () => (await stage.Admin.GetReleaseAsync(canary.Id, Token)).Clusters is { Count: 3 } all && all.All(c => c is { Phase: "Canary", Weight: 50, Health: "Healthy" }),
            "the canary is observed in all clusters", () => stage.StoryAsync(canary.Id));

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "east 3, north 3");
        foreach (var cluster in (string[])["east", "north"])
        {
            Images(stage, cluster).Should().BeEquivalentTo(["web example/web:v1 3"], "of the canary nothing is left in {0}", cluster);
        }

        var (was, failover) = ((await stage.Admin.GetReleaseAsync(canary.Id, Token)).Release, (await stage.FailoversAsync("shop")).Single());
        was.IsOver.Should().BeTrue();
        was.Status.Should().NotBe(nameof(ReleaseStatus.Succeeded));
        failover.Revision.Should().Be("v1");
        (await stage.Admin.GetApplicationAsync("shop", Token)).CurrentRevision.Should().Be("v1");
    }

    /// <summary>"web example/web:v1 3" for each Deployment, canaries among them.</summary>
    private static IEnumerable<string> Images(FailoverStage stage, string cluster) => stage.Fleet[cluster].Store.List("apps", "deployments", "shop")
        .Select(d => $"{d["metadata"]!["name"]} {((JsonArray)d["spec"]!["template"]!["spec"]!["containers"]!)[0]!["image"]} {d["spec"]!["replicas"]}");
}
