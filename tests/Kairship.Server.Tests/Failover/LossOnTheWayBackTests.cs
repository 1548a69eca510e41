using Kairship.Api.Reports;
using Kairship.Simulator.Faults;
using Kairship.Testing.Releases;

namespace Kairship.Server.Tests.Failover;

/// <summary>A cluster is lost again while what must not run twice is on its way back to it: it has been taken away where it was, so that it runs nowhere else.</summary>
public sealed class LossOnTheWayBackTests
{
    private const string InTurn = """
        clusterAffinities:
        - {affinityName: first, clusterNames: [west]}
        - {affinityName: second, clusterNames: [east]}
        replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("60s")]
    [InlineData("6s")]
    public async Task WhenItIsConfirmed_ItIsPutBackWhereItWas_WhetherItsReturnIsOverOrNot(string deadline)
    {
        await using var stage = await FailoverStage.StartAsync("east", "west");
        await stage.ReleaseAsync("ledger", InTurn, failover: "{stateful: {fencing: confirm}, failback: {mode: automatic, stabilisation: 1s}}", deadline: deadline);
        await LoseAsync(stage);
        await ConfirmAsync(stage);
        await stage.MovesAsync("ledger", "east 6");
        stage.Fleet["west"].Faults.Heal();
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListApprovalsAsync(cancellationToken: Token)).Items.Count > 0, "people are asked for its return");
        stage.Fleet["west"].Faults.SetImageFault("web", PodFault.Unready);
        var failback = (await stage.Admin.ListReleasesAsync("ledger", cancellationToken: Token)).Items[0];
        await stage.DecideAsync(failback.Id, approve: true, "the data are in west");
        await Eventually.HoldsAsync(() => Task.FromResult(ClusterTruth.Of(stage.Fleet["west"], "ledger").Count > 0), "it grows in west", () => stage.StoryAsync(failback.Id));

        await LoseAsync(stage);
        await stage.ReportAsync("west", r => r.Document.ToString().Contains("Nobody has confirmed that west runs nothing"));
        if (deadline == "6s")
        {
            await stage.EndsAsync(failback.Id, "Failed");
        }

        ClusterTruth.Of(stage.Fleet["east"], "ledger").Should().NotContain(o => o.Contains("6/6"));
        await ConfirmAsync(stage);

        await Eventually.HoldsAsync(
            async () => (await stage.FailoversAsync("ledger")) is [{ Status: "Succeeded" } second, _] && second.Number > failback.Number, "it is moved away from west again",
            async () => string.Join("\n\n", await Task.WhenAll((await stage.Admin.ListReleasesAsync("ledger")).Items.Select(r => stage.StoryAsync(r.Id)))));
        ClusterTruth.Of(stage.Fleet["east"], "ledger").Should().Equal("deployments/web web:v1 6/6");
        (await stage.ReportAsync("west")).Report.Should().Match<ReportInfo>(r => r.IsMet == true && r.IsOver);
        stage.Fleet["west"].Faults.Heal();
        await Eventually.HoldsAsync(() => Task.FromResult(ClusterTruth.Of(stage.Fleet["west"], "ledger").Count == 0), "what had begun in west goes");
    }

    private static async Task LoseAsync(FailoverStage stage)
    {
        stage.Fleet["west"].Faults.Unreachable = true;
        await stage.ReadyAsync("west", isReady: false);
    }

    private static Task ConfirmAsync(FailoverStage stage) => stage.Admin.ConfirmFencedAsync("west", new("powered off in the rack"), Token);
}
