using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Storage.Tests.Proofs;

public sealed class SqliteSignalTests : SignalProofs
{
    private string? file;
    private ServiceProvider? services;

    protected override async Task<IWorkflowStore> OpenAsync()
    {
        file = await SqliteFile.CopyAsync();
        services = SqliteFile.Build(file, TimeProvider.System);
        return services.GetRequiredService<IWorkflowStore>();
    }

    protected override async ValueTask CloseAsync()
    {
        await services!.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(file!)!, recursive: true);
    }
}

public sealed class PostgreSqlSignalTests(PostgresTemplate postgres) : SignalProofs
{
    private Kairship.Testing.Storage.StoreUnderTest<IWorkflowStore>? opened;

    protected override async Task<IWorkflowStore> OpenAsync() => (opened = await postgres.OpenAsync<IWorkflowStore>()).Store;

    protected override ValueTask CloseAsync() => opened!.CloseAsync();
}
