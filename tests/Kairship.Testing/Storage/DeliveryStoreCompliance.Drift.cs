using FluentAssertions;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class DeliveryStoreCompliance
{
    [Fact]
    public async Task TryHold_ByOneAtATime_UntilLetGo()
    {
        var first = await Store.TryHoldAsync("storefront", "drift", ArbiterPurpose.Heal, At, Cancel);
        first.Should().Be(new ArbiterLease("storefront", "drift", ArbiterPurpose.Heal, 1, At));
        (await Store.TryHoldAsync("storefront", "drift", ArbiterPurpose.Heal, At.AddMinutes(1), Cancel)).Should().Be(first, "the holder may ask again");
        (await Store.TryHoldAsync("storefront", "other", ArbiterPurpose.Heal, At, Cancel)).Should().BeNull();
        await Store.LetGoAsync("storefront", "other", Cancel);
        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should().Be(first);
        await Store.LetGoAsync("storefront", "drift", Cancel);
        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should().BeNull();
        (await Store.TryHoldAsync("storefront", "other", ArbiterPurpose.Heal, At, Cancel))!.Epoch.Should().BeGreaterThan(first!.Epoch);
    }

    [Fact]
    public async Task StartRelease_TakesTheApplicationFromWhoPutsItBack_AndIsNotTakenFrom()
    {
        var held = await Store.TryHoldAsync("storefront", "drift", ArbiterPurpose.Heal, At, Cancel);
        var release = await StartAsync();
        var lease = await Store.GetArbiterLeaseAsync("storefront", Cancel);
        lease.Should().Match<ArbiterLease>(l => l.Holder == release.Id && l.Purpose == ArbiterPurpose.Release && l.Epoch > held!.Epoch);
        (await Store.TryHoldAsync("storefront", "drift", ArbiterPurpose.Heal, At, Cancel)).Should().BeNull();
        await Store.LetGoAsync("storefront", "drift", Cancel);
        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should().Be(lease, "it was somebody else's meanwhile");
        (await Store.Invoking(s => StartAsync()).Should().ThrowAsync<DeliveryConflictException>()).Which.Message.Should().Contain(release.Id);
    }

    [Fact]
    public async Task Drift_IsKeptAsItWasReported_TheLastOne()
    {
        (await Store.GetDriftAsync("storefront", Cancel)).Should().BeNull();
        var web = new ObjectRef("apps/v1", "Deployment", "shop", "web");
        var report = new DriftReport(
            "storefront", "storefront-1", "v1", At,
            [new ClusterDrift("eu-1", DriftState.FoughtOver, [new DriftedObject(web, DriftKind.Changed, [new FieldChange(".spec.a", "1", null)], ["kubectl"])], [new PlanProblem(web, "no")], "1 changed", At)],
            [new HealedObject("eu-1", web.Identity, [At, At.AddMinutes(1)])]);
        await Store.SaveDriftAsync(report with { Clusters = [] }, Cancel);
        await Store.SaveDriftAsync(report, Cancel);
        (await Store.GetDriftAsync("storefront", Cancel)).Should().BeEquivalentTo(report);
        (await Store.GetDriftAsync("other", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task ClaimDriftCheck_DueOnce_IsOneCallers()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.ClaimDriftCheckAsync("storefront", At, At.AddMinutes(5), Cancel)));
        claims.Count(mine => mine).Should().Be(1);
        (await Store.ClaimDriftCheckAsync("storefront", At.AddMinutes(4), At.AddMinutes(9), Cancel)).Should().BeFalse();
        (await Store.ClaimDriftCheckAsync("other", At, At.AddMinutes(5), Cancel)).Should().BeTrue();
        await Store.SaveDriftAsync(new DriftReport("storefront", "storefront-1", "v1", At, [], []), Cancel);
        (await Store.ClaimDriftCheckAsync("storefront", At.AddMinutes(4), At.AddMinutes(9), Cancel)).Should().BeFalse("a report changes nothing of when the next is due");
        (await Store.ClaimDriftCheckAsync("storefront", At.AddMinutes(5), At.AddMinutes(10), Cancel)).Should().BeTrue();
    }

    [Fact]
    public async Task ClaimDriftCheck_IntervalThatIsShorterNow_IsNotWaitedForAsLongAsBefore()
    {
        (await Store.ClaimDriftCheckAsync("storefront", At, At.AddHours(24), Cancel)).Should().BeTrue();
        (await Store.ClaimDriftCheckAsync("storefront", At.AddMinutes(1), At.AddMinutes(1).AddHours(22), Cancel)).Should().BeFalse("that is only chance");
        (await Store.ClaimDriftCheckAsync("storefront", At.AddMinutes(1), At.AddMinutes(2), Cancel)).Should().BeTrue();
        (await Store.ClaimDriftCheckAsync("storefront", At.AddMinutes(1), At.AddMinutes(2), Cancel)).Should().BeFalse();
    }
}
