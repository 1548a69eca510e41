using Kairship.Fleet.Health;
using Kairship.Testing.Storage;

namespace Kairship.Fleet.Tests.Health;

public sealed class InMemoryFleetBrakeStoreTests : FleetBrakeStoreCompliance
{
    protected override Task<StoreUnderTest<IFleetBrakeStore>> OpenAsync()
    {
        IFleetBrakeStore store = new InMemoryFleetBrakeStore();
        return Task.FromResult(new StoreUnderTest<IFleetBrakeStore>(
            store, TimeProvider.System, _ => Task.CompletedTask, () => Task.FromResult(store), () => ValueTask.CompletedTask));
    }
}
