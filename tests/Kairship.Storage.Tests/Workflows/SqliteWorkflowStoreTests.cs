using Kairship.Testing.Storage;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Tests.Workflows;

public sealed class SqliteWorkflowStoreTests : WorkflowStoreCompliance
{
    protected override Task<StoreUnderTest<IWorkflowStore>> OpenAsync() => SqliteFile.OpenAsync<IWorkflowStore>();
}
