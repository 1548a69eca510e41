using Kairship.Fleet.Clusters;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Clusters;

public sealed class SqliteClusterStoreTests : ClusterStoreCompliance
{
    protected override Task<StoreUnderTest<IClusterStore>> OpenAsync() => SqliteFile.OpenAsync<IClusterStore>();
}
