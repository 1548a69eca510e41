using Kairship.Fleet.Health;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Clusters;

public sealed class SqliteFleetBrakeStoreTests : FleetBrakeStoreCompliance
{
    protected override Task<StoreUnderTest<IFleetBrakeStore>> OpenAsync() => SqliteFile.OpenAsync<IFleetBrakeStore>();
}
