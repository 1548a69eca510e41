using Kairship.Fleet.Health;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Clusters;

public sealed class PostgreSqlClusterHealthStoreTests(PostgresTemplate template) : ClusterHealthStoreCompliance
{
    protected override Task<StoreUnderTest<IClusterHealthStore>> OpenAsync() => template.OpenAsync<IClusterHealthStore>();
}
