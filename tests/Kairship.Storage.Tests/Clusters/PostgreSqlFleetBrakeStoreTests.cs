using Kairship.Fleet.Health;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Clusters;

public sealed class PostgreSqlFleetBrakeStoreTests(PostgresTemplate template) : FleetBrakeStoreCompliance
{
    protected override Task<StoreUnderTest<IFleetBrakeStore>> OpenAsync() => template.OpenAsync<IFleetBrakeStore>();
}
