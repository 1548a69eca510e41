using Kairship.Fleet.Health;
using Kairship.Testing.Storage;

namespace Kairship.Fleet.Tests.Health;

public sealed class InMemoryClusterHealthStoreTests : ClusterHealthStoreCompliance
{
    protected override Task<StoreUnderTest<IClusterHealthStore>> OpenAsync()
    {
        IClusterHealthStore store = new InMemoryClusterHealthStore();
        return Task.FromResult(new StoreUnderTest<IClusterHealthStore>(
            store, TimeProvider.System, _ => Task.CompletedTask, () => Task.FromResult(store), () => ValueTask.CompletedTask));
    }
}
