using Kairship.Delivery.Documents;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Documents;

public sealed class PostgreSqlDocumentStoreTests(PostgresTemplate template) : DocumentStoreCompliance
{
    protected override Task<StoreUnderTest<IDocumentStore>> OpenAsync() => template.OpenAsync<IDocumentStore>();
}
