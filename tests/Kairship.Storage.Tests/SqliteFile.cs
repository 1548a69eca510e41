using Kairship.Testing.Storage;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Storage.Tests;

/// <summary>Stores over a SQLite file of a test's own, a copy of one that was migrated once.</summary>
internal static class SqliteFile
{
    private static readonly Lazy<Task<string>> Migrated = new(MigrateAsync);

    public static async Task<StoreUnderTest<TStore>> OpenAsync<TStore>()
        where TStore : notnull
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var file = await CopyAsync();
        var all = new List<ServiceProvider> { Build(file, clock) };
        return new StoreUnderTest<TStore>(
            all[0].GetRequiredService<TStore>(),
            clock,
            time => Passing.Of(clock, time),
            async () =>
            {
                all.Add(Build(file, clock));
                await all[^1].GetRequiredService<IWorkflowStore>().MigrateAsync(CancellationToken.None);
                return all[^1].GetRequiredService<TStore>();
            },
            async () =>
            {
                foreach (var provider in all)
                {
                    await provider.DisposeAsync();
                }

                Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            });
    }

    /// <summary>A migrated file in a folder of its own; the caller deletes the folder.</summary>
    public static async Task<string> CopyAsync()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("kairship-sqlite-").FullName, "kairship.db");
        File.Copy(await Migrated.Value, file);
        return file;
    }

    public static ServiceProvider Build(string file, TimeProvider clock) => new ServiceCollection()
        .AddSingleton(clock)
        .AddKairshipStorage(new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={file}" })
        .BuildServiceProvider();

    private static async Task<string> MigrateAsync()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("kairship-sqlite-").FullName, "template.db");
        var provider = Build(file, TimeProvider.System);
        await using (provider)
        {
            await provider.GetRequiredService<IWorkflowStore>().MigrateAsync(CancellationToken.None);
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return file;
    }
}
