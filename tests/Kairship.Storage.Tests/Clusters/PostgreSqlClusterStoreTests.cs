using Kairship.Fleet.Clusters;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Clusters;

public sealed class PostgreSqlClusterStoreTests(PostgresTemplate template) : ClusterStoreCompliance
{
    protected override Task<StoreUnderTest<IClusterStore>> OpenAsync() => template.OpenAsync<IClusterStore>();
}
