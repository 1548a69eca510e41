using Kairship.Activities.Approvals;
using Kairship.Activities.Rollouts;
using Kairship.Api.Clusters;
using Kairship.Simulator.Faults;
using Kairship.Testing.Releases;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover;

/// <summary>What becomes of a failover that does not succeed, or that waited too long.</summary>
public sealed class RemainsTests
{
    private const string InTurn = """
        clusterAffinities:
        - {affinityName: first, clusterNames: [west]}
        - {affinityName: second, clusterNames: [north]}
        - {affinityName: third, clusterNames: [east]}
        replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClusterComesBack_AfterAFailoverThatFailed_WhatThatLeftElsewhereGoes_AndTheApplicationStays(bool isStateful)
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", InTurn, failover: $"{{{(isStateful ? "stateful: {fencing: confirm}, " : "")}failback: {{mode: never, stabilisation: 1s}}}}", deadline: "6s");
        stage.Fleet["north"].Faults.SetImageFault("web", PodFault.Unready);
        stage.Fleet["west"].Faults.Unreachable = true;
        if (isStateful)
        {
            await stage.ReadyAsync("west", isReady: false);
            await stage.Admin.ConfirmFencedAsync("west", new("powered off in the rack"), Token);
        }

        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("shop")) is [{ Status: "Failed" }], "it fails in north");
        ClusterTruth.Of(stage.Fleet["north"], "shop").Should().NotBeEmpty("a failover is never undone by itself");

        stage.Fleet["west"].Faults.Heal();

        if (isStateful)
        {
            // It had begun in north: what west still has does not go on before people have looked where the data are.
            await Eventually.HoldsAsync(() => Task.FromResult(ClusterTruth.Of(stage.Fleet["west"], "shop").Count == 0), "west is fenced", () => Task.FromResult(string.Join('\n', ClusterTruth.Of(stage.Fleet["west"], "shop"))));
            await Eventually.HoldsAsync(async () => (await stage.Admin.ListApprovalsAsync(cancellationToken: Token)).Items.Count > 0, "people are asked");
            await stage.DecideAsync((await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0].Id, approve: true, "the data of north are of no use");
        }

        await Eventually.HoldsAsync(
            async () => (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0] is { Kind: "Failback", Status: "Succeeded" }, "it is tidied up",
            async () => string.Join('\n', await Task.WhenAll((await stage.Admin.ListReleasesAsync("shop")).Items.Select(r => stage.StoryAsync(r.Id)))));
        ClusterTruth.Of(stage.Fleet["north"], "shop").Should().BeEmpty();
        ClusterTruth.Of(stage.Fleet["west"], "shop").Should().Equal("deployments/web web:v1 6/6");
        (await stage.PlaceAsync("shop")).Should().Be("west 6");
    }

    [Fact]
    public async Task NextFailover_GoesElsewhere_AndTakesAlongWhatTheOneBeforeLeft()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west", "more");
        await stage.ReleaseAsync("shop", InTurn, deadline: "6s");
        stage.Fleet["north"].Faults.SetImageFault("web", PodFault.Unready);
        stage.Fleet["west"].Faults.Unreachable = true;
        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("shop")) is [{ Status: "Failed" }], "it fails in north");

        await stage.Admin.ChangeTaintsAsync("north", new([new TaintToSet("kairship.io/cordoned", "NoSchedule")]), Token);

        await stage.MovesAsync("shop", "east 6");
        await Eventually.HoldsAsync(() => Task.FromResult(ClusterTruth.Of(stage.Fleet["north"], "shop").Count == 0), "nothing is left in north");
        (await stage.StoryAsync((await stage.FailoversAsync("shop"))[0].Id)).Should().Contain("Left north");
    }

    [Fact]
    public async Task WhatMustNotRunTwice_WaitsForPeople_AndTheClusterIsThereInBetween_ItIsNotMovedByTheOldConfirmation()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("ledger", InTurn, failover: "{approval: always, stateful: {fencing: confirm}}");
        stage.Fleet["west"].Faults.Unreachable = true;
        await stage.ReadyAsync("west", isReady: false);
        await stage.Admin.ConfirmFencedAsync("west", new("powered off in the rack"), Token);
        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("ledger")) is [{ Status: "AwaitingApproval" }], "people are asked");
        var (guard, fencing) = (stage.Server.Services.GetRequiredService<IChangeGuard>(), stage.Server.Services.GetRequiredService<IFencing>());
        var asked = (await stage.Delivery.GetReleaseAsync((await stage.FailoversAsync("ledger"))[0].Id, Token))!;
        (await guard.WhyNotAsync(asked, [], Token)).Should().BeNull("it is lost and confirmed");
        (await fencing.RunsNothingAsync("ledger", "west", Token)).Should().BeTrue();
        (await fencing.RunsNothingAsync("ledger", "east", Token)).Should().BeFalse("it is well");

        // It answers again, badly: it was there, and may run what it had.
        stage.Fleet["west"].Faults.Set(new FaultSettings { ErrorRate = 1, Kinds = FaultKind.InternalError });
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetClusterAsync("west", Token)).Condition?.Ready == "False", "it answers, and is not ready");

        (await guard.WhyNotAsync(asked, [], Token)).Should().Contain("Nobody has confirmed that west runs nothing");
        (await fencing.RunsNothingAsync("ledger", "west", Token)).Should().BeFalse();
        await stage.EndsAsync(asked.Id, "Aborted");
        (await stage.Admin.GetReleaseAsync(asked.Id, Token)).Release.Reason.Should().Contain("Nobody has confirmed");
        ClusterTruth.Of(stage.Fleet["north"], "ledger").Should().BeEmpty();

        await stage.Admin.ConfirmFencedAsync("west", new("its network is cut"), Token);
        await Eventually.HoldsAsync(async () => (await stage.FailoversAsync("ledger")) is [{ Status: "AwaitingApproval" }, _], "people are asked anew");
        stage.Fleet["west"].Faults.Heal();
        await stage.ReadyAsync("west", isReady: true);
        (await guard.WhyNotAsync((await stage.Delivery.GetReleaseAsync((await stage.FailoversAsync("ledger"))[0].Id, Token))!, [], Token)).Should().Contain("not lost any more");
    }
}
