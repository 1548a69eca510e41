using Kairship.Testing.Workflows.Programs;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Storage.Tests.Proofs;

/// <summary>Generated workflows, crashed at every commit, on each database. (Many more in memory: Kairship.Workflows.Tests/Proofs.)</summary>
public sealed class ProgramCrashTests(PostgresTemplate postgres)
{
    [Fact]
    public async Task Sqlite_GeneratedPrograms_CrashAtEveryCommit_DoesNotShow()
    {
        var file = await SqliteFile.CopyAsync();
        var stores = new List<ServiceProvider>();
        await ProgramCrashes.RunAsync(
            clock =>
            {
                stores.Add(SqliteFile.Build(file, clock));
                return Task.FromResult(stores[^1].GetRequiredService<IWorkflowStore>());
            },
            programs: 6);
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task PostgreSql_GeneratedPrograms_CrashAtEveryCommit_DoesNotShow()
    {
        var opened = await postgres.OpenAsync<IWorkflowStore>();
        await ProgramCrashes.RunAsync(_ => Task.FromResult(opened.Store), programs: 6);
        await opened.CloseAsync();
    }
}
