using Kairship.Testing.Storage;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Tests.Workflows;

public sealed class PostgreSqlWorkflowStoreTests(PostgresTemplate template) : WorkflowStoreCompliance
{
    protected override Task<StoreUnderTest<IWorkflowStore>> OpenAsync() => template.OpenAsync<IWorkflowStore>();
}
