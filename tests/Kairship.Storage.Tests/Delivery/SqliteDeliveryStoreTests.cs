using Kairship.Delivery.Releases;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Delivery;

public sealed class SqliteDeliveryStoreTests : DeliveryStoreCompliance
{
    protected override Task<StoreUnderTest<IDeliveryStore>> OpenAsync() => SqliteFile.OpenAsync<IDeliveryStore>();
}
