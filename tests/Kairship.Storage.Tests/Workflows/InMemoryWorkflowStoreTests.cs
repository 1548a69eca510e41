using Kairship.Testing.Storage;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Storage.Tests.Workflows;

public sealed class InMemoryWorkflowStoreTests : WorkflowStoreCompliance
{
    protected override Task<StoreUnderTest<IWorkflowStore>> OpenAsync()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        IWorkflowStore store = new InMemoryWorkflowStore(clock);
        return Task.FromResult(new StoreUnderTest<IWorkflowStore>(
            store, clock, time => Passing.Of(clock, time), () => Task.FromResult(store), () => ValueTask.CompletedTask));
    }
}
