using Kairship.Storage.Access;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Access;

public sealed class SqliteAccessStoreTests : AccessStoreCompliance
{
    protected override Task<StoreUnderTest<AccessStore>> OpenAsync() => SqliteFile.OpenAsync<AccessStore>();
}
