using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Proofs;

public sealed class InMemorySignalTests : SignalProofs
{
    protected override Task<IWorkflowStore> OpenAsync() => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(TimeProvider.System));

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}
