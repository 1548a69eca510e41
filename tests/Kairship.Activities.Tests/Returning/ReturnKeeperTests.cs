using Kairship.Activities.Drift;
using Kairship.Activities.Placements;
using Kairship.Activities.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Simulator.Faults;
using Kairship.Testing.Kube;

namespace Kairship.Activities.Tests.Returning;

/// <summary>A cluster came back: it is compared before anything is written to it, and what is stale there is fenced.</summary>
public sealed class ReturnKeeperTests
{
    private static readonly Application Shop = ReturnStage.Preferring("shop", "west", "east");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StaleObjects_AreComparedFirst_ThenFenced_TheStatefulSetFirst_AndNobodyElsesAre()
    {
        await using var stage = await ReturnStage.StartAsync("east", "west");
        var ghost = ReturnStage.Preferring("ghost", "west");
        await stage.ReleaseAsync(Shop);
        await stage.ReleaseAsync(ghost);
        using var hand = new ClusterHand(stage["west"]);
        await hand.CreateAsync("api/v1/namespaces/shop/configmaps", """{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "copied", "labels": {"kairship.io/application": "shop"}}}""");
        await stage.LoseAsync("west");
        await stage.FailOverAsync(Shop, "west");
        (await stage.Rig.Delivery.BeginRemovalAsync("ghost", DateTimeOffset.UnixEpoch, Token)).Should().BeNull();
        await stage.Rig.Delivery.EndRemovalAsync("ghost", removed: true, Token);
        (await stage.Keeper.GoAsync("west", fence: true, Token)).Should().Match<ReturnPass>(p => !p.IsBack && p.Record == null, "it is not back");

        await stage.ReturnAsync("west");
        var writes = stage["west"].MutatingRequests;
        (await TaintsAsync(stage, "west")).Should().Contain(ConditionTaints.Returning, "nothing new goes there");
        var compared = (await stage.Keeper.GoAsync("west", fence: false, Token)).Record!;
        stage["west"].MutatingRequests.Should().Be(writes, "comparing writes nothing");
        compared.Items.Select(i => $"{i.Action} {i.Ref}").Should().StartWith("ScaleToZero StatefulSet/shop/db").And.Contain("Delete Deployment/shop/web").And.Contain("Delete ConfigMap/shop/settings").And.Contain("Hold Deployment/ghost/web");
        compared.IsOpen.Should().BeFalse();
        (await TaintsAsync(stage, "west")).Should().Contain(ConditionTaints.Returning);

        var record = (await stage.Keeper.GoAsync("west", fence: true, Token)).Record!;
        record.Fenced.Select(f => $"{f.Action} {f.Ref.Kind}").Should().Equal("ScaleToZero StatefulSet", "Delete Deployment", "Delete ConfigMap");
        record.Items.Should().OnlyContain(i => i.Application == "ghost" && i.Action == ReturnAction.Hold);
        record.IsOpen.Should().BeTrue("what waits for a person keeps nobody else away");
        record.Comparison.IsCleanFor("shop").Should().BeTrue();
        stage.Truth("west", "shop").Should().Equal("configmaps/copied", "statefulsets/db");
        stage.Replicas("west", "shop", "statefulsets", "db").Should().Be(0);
        stage.Truth("west", "ghost").Should().HaveCount(3, "an application that Kairship does not know is left to people");
        stage.Replicas("east", "shop", "statefulsets", "db").Should().Be(1);
        (await TaintsAsync(stage, "west")).Should().BeEmpty();

        writes = stage["west"].MutatingRequests;
        (await stage.Keeper.GoAsync("west", fence: true, Token)).Record!.Fenced.Should().HaveCount(3);
        stage["west"].MutatingRequests.Should().Be(writes, "there is nothing left to do");
        await stage.LoseAsync("west");
        await stage.ReturnAsync("west");
        (await TaintsAsync(stage, "west")).Should().Contain(ConditionTaints.Returning, "each loss is compared anew");
    }

    [Fact]
    public async Task ApplicationThatStayed_IsKept_AndDriftWaitsForTheComparison()
    {
        await using var stage = await ReturnStage.StartAsync("east", "west");
        var shop = Shop with { Drift = new DriftPolicy { Mode = DriftMode.Heal } };
        await stage.ReleaseAsync(shop);
        await stage.LoseAsync("west");
        using var hand = new ClusterHand(stage["west"]);
        stage["west"].Faults.Heal();
        await hand.PatchAsync("api/v1/namespaces/shop/configmaps/settings", """{"data": {"a": "other"}}""");

        foreach (var (isBack, says) in new[] { (false, "not ready"), (true, "compared first") })
        {
            if (isBack)
            {
                await stage.ReturnAsync("west");
            }

            var check = (DriftCheck.Compared)await stage.Rig.Get<DriftKeeper>().CheckAsync(shop, heal: true, Token);
            check.Healed.Should().BeEmpty();
            check.Report.Clusters.Single().Problems.Should().ContainSingle().Which.Message.Should().Contain(says);
        }

        var writes = stage["west"].MutatingRequests;
        var record = (await stage.Keeper.GoAsync("west", fence: true, Token)).Record!;
        record.Should().Match<ReturnRecord>(r => r.IsOpen && r.Items.Count == 0 && r.Fenced.Count == 0 && r.Counts["Keep"] >= 3);
        stage["west"].MutatingRequests.Should().Be(writes);
        ((DriftCheck.Compared)await stage.Rig.Get<DriftKeeper>().CheckAsync(shop, heal: true, Token)).Healed.Should().ContainSingle();
    }

    [Fact]
    public async Task ApplicationThatIsBeingChanged_IsLeftAlone_UntilThatIsOver()
    {
        await using var stage = await ReturnStage.StartAsync("east", "west");
        await stage.ReleaseAsync(Shop);
        await stage.LoseAsync("west");
        await stage.FailOverAsync(Shop, "west");
        await stage.Rig.Delivery.TryHoldAsync("shop", "somebody", ArbiterPurpose.Release, DateTimeOffset.UnixEpoch, Token);
        await stage.ReturnAsync("west");
        var writes = stage["west"].MutatingRequests;

        var busy = (await stage.Keeper.GoAsync("west", fence: true, Token)).Record!;
        busy.Busy.Should().ContainSingle().Which.Should().Contain("being changed by somebody");
        stage["west"].MutatingRequests.Should().Be(writes);

        await stage.Rig.Delivery.LetGoAsync("shop", "somebody", Token);
        (await stage.Keeper.GoAsync("west", fence: true, Token)).Record!.Should().Match<ReturnRecord>(r => r.Fenced.Count == 3 && r.Busy.Count == 0);
    }

    [Fact]
    public async Task ClusterThatFailsAThirdOfTheRequests_IsFencedInTheEnd_AndNothingElseIsTouched()
    {
        await using var stage = await ReturnStage.StartAsync("east", "west");
        await stage.ReleaseAsync(Shop);
        await stage.ReleaseAsync(ReturnStage.Preferring("other", "west"));
        await stage.LoseAsync("west");
        await stage.FailOverAsync(Shop, "west");
        await stage.ReturnAsync("west");
        var other = stage.Truth("west", "other");
        stage["west"].Faults.ErrorRate = 0.3;
        stage["west"].Faults.Kinds = FaultKind.Reset | FaultKind.InternalError;

        ReturnPass pass;
        var passes = 0;
        do
        {
            pass = await stage.Keeper.GoAsync("west", fence: true, Token);
        }
        while (pass.Record is not { IsOpen: true } && ++passes < 50);

        pass.Record!.IsOpen.Should().BeTrue();
        stage["west"].Faults.Heal();
        stage.Truth("west", "shop").Should().Equal("statefulsets/db");
        stage.Replicas("west", "shop", "statefulsets", "db").Should().Be(0);
        stage.Truth("west", "other").Should().Equal(other);
    }

    private static async Task<IReadOnlyList<string>> TaintsAsync(ReturnStage stage, string cluster) =>
        [.. (await stage.Rig.Get<FleetFacts>().ListAsync(evicting: true, Token)).Single(c => c.Name == cluster).Taints.Select(t => t.Key)];
}
