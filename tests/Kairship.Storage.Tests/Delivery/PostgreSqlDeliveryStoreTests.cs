using Kairship.Delivery.Releases;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Delivery;

public sealed class PostgreSqlDeliveryStoreTests(PostgresTemplate template) : DeliveryStoreCompliance
{
    protected override Task<StoreUnderTest<IDeliveryStore>> OpenAsync() => template.OpenAsync<IDeliveryStore>();
}
