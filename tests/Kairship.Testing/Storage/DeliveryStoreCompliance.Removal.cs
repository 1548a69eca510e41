using FluentAssertions;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Xunit;

namespace Kairship.Testing.Storage;

public abstract partial class DeliveryStoreCompliance
{
    [Fact]
    public async Task Removal_OfAnApplicationThatIsHeld_IsToldByWhom_AndChangesNothing()
    {
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);
        await StartAsync();
        (await Store.BeginRemovalAsync("storefront", At, Cancel))!.Holder.Should().Be("storefront-1");
        await Store.EndRemovalAsync("storefront", removed: true, Cancel);
        (await Store.GetApplicationAsync("storefront", Cancel)).Should().NotBeNull();
        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Holder.Should().Be("storefront-1");
    }

    [Fact]
    public async Task Removal_KeepsEverybodyElseOut_IsGoneOnWith_AndLeavesTheHistory()
    {
        await Store.SaveApplicationAsync(Storefront(), At, Cancel);
        var release = await StartAsync();
        await Store.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, At, Cancel);
        await Store.SetCurrentRevisionAsync("storefront", "v2", Cancel);

        (await Store.BeginRemovalAsync("storefront", At, Cancel)).Should().BeNull();
        (await Store.GetArbiterLeaseAsync("storefront", Cancel))!.Purpose.Should().Be(ArbiterPurpose.Removal);
        await FluentActions.Awaiting(() => StartAsync()).Should().ThrowAsync<DeliveryConflictException>();
        (await Store.BeginRemovalAsync("storefront", At, Cancel)).Should().BeNull("who goes on after a crash is let in");

        await Store.EndRemovalAsync("storefront", removed: false, Cancel);
        (await Store.GetArbiterLeaseAsync("storefront", Cancel)).Should().BeNull();
        (await Store.GetCurrentRevisionAsync("storefront", Cancel)).Should().Be("v2");
        (await Store.BeginRemovalAsync("storefront", At, Cancel)).Should().BeNull();
        await Store.EndRemovalAsync("storefront", removed: true, Cancel);

        (await Store.GetApplicationAsync("storefront", Cancel)).Should().BeNull();
        (await Store.GetCurrentRevisionAsync("storefront", Cancel)).Should().BeNull();
        (await Store.GetReleaseAsync(release.Id, Cancel)).Should().NotBeNull();
        (await StartAsync()).Number.Should().Be(2, "an application of that name that comes again goes on counting");
    }
}
