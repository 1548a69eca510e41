using Kairship.Fleet.Health;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Clusters;

public sealed class SqliteClusterHealthStoreTests : ClusterHealthStoreCompliance
{
    protected override Task<StoreUnderTest<IClusterHealthStore>> OpenAsync() => SqliteFile.OpenAsync<IClusterHealthStore>();
}
