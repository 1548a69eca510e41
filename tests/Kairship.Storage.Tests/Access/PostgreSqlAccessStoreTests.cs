using Kairship.Storage.Access;
using Kairship.Testing.Storage;

namespace Kairship.Storage.Tests.Access;

public sealed class PostgreSqlAccessStoreTests(PostgresTemplate template) : AccessStoreCompliance
{
    protected override Task<StoreUnderTest<AccessStore>> OpenAsync() => template.OpenAsync<AccessStore>();
}
