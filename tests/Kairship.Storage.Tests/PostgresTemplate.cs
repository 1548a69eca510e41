using Kairship.Testing.Storage;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(Kairship.Storage.Tests.PostgresTemplate))]

namespace Kairship.Storage.Tests;

/// <summary>Stores over a PostgreSQL database of a test's own, a copy of one that was migrated once.</summary>
public sealed class PostgresTemplate : IAsyncLifetime
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly PostgresServer server = new();
    private string? migrated;

    public PostgresServer Server => server;

    public async Task<StoreUnderTest<TStore>> OpenAsync<TStore>()
        where TStore : notnull
    {
        var connectionString = await CopyAsync();
        var all = new List<ServiceProvider> { Build(connectionString) };
        return new StoreUnderTest<TStore>(
            all[0].GetRequiredService<TStore>(),
            TimeProvider.System,
            time => Task.Delay(time, TimeProvider.System),
            async () =>
            {
                all.Add(Build(connectionString));
                await all[^1].GetRequiredService<IWorkflowStore>().MigrateAsync(CancellationToken.None);
                return all[^1].GetRequiredService<TStore>();
            },
            async () =>
            {
                foreach (var provider in all)
                {
                    await provider.DisposeAsync();
                }

                await server.DropDatabaseAsync(connectionString);
            });
    }

    public static ServiceProvider Build(string connectionString) => new ServiceCollection()
        .AddKairshipStorage(new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = connectionString })
        .BuildServiceProvider();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        turn.Dispose();
        await server.DisposeAsync();
    }

    /// <summary>A migrated database. One copy at a time: a template must have no other user.</summary>
    public async Task<string> CopyAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (migrated is null)
            {
                var database = await server.CreateDatabaseAsync();
                var provider = Build(database);
                await using (provider)
                {
                    await provider.GetRequiredService<IWorkflowStore>().MigrateAsync(CancellationToken.None);
                }

                migrated = database;
            }

            return await server.CreateDatabaseAsync(migrated);
        }
        finally
        {
            turn.Release();
        }
    }
}
