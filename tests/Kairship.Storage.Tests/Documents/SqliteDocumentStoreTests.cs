using Kairship.Delivery.Documents;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Documents;

public sealed class SqliteDocumentStoreTests : DocumentStoreCompliance
{
    protected override Task<StoreUnderTest<IDocumentStore>> OpenAsync() => SqliteFile.OpenAsync<IDocumentStore>();
}
