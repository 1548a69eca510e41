using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Storage.Tests.Database;

public sealed class MigrationTests(PostgresTemplate postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sqlite_TwoNodesStartingAtOnce_BothStart()
    {
        var folder = Directory.CreateTempSubdirectory("kairship-sqlite-");
        var file = Path.Combine(folder.FullName, "new", "kairship.db");

        await StartAtOnceAsync(() => SqliteFile.Build(file, TimeProvider.System));

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task PostgreSql_TwoNodesStartingAtOnce_BothStart()
    {
        var database = await postgres.Server.CreateDatabaseAsync();

        await StartAtOnceAsync(() => PostgresTemplate.Build(database));
    }

    [Fact]
    public async Task PostgreSql_DatabaseThatDoesNotExist_IsMade()
    {
        var database = (await postgres.Server.CreateDatabaseAsync()).Replace("Database=t", "Database=fresh", StringComparison.Ordinal);

        await StartAtOnceAsync(() => PostgresTemplate.Build(database));
    }

    [Fact]
    public async Task Sqlite_KilledInMidMigration_StartsAgain()
    {
        var folder = Directory.CreateTempSubdirectory("kairship-sqlite-");
        var file = Path.Combine(folder.FullName, "kairship.db");
        var left = new SqliteConnection($"Data Source={file};Pooling=false");
        await using (left)
        {
            await left.OpenAsync(Cancel);
            var command = left.CreateCommand();
            await using (command)
            {
                command.CommandText =
                    "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); " +
                    "INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01');";
                await command.ExecuteNonQueryAsync(Cancel);
            }
        }

        await StartAtOnceAsync(() => SqliteFile.Build(file, TimeProvider.System)).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancel);

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Sqlite_JournalOfAnEarlierVersion_IsKept()
    {
        var folder = Directory.CreateTempSubdirectory("kairship-sqlite-");

        await JournalIsKeptAsync(SqliteFile.Build(Path.Combine(folder.FullName, "kairship.db"), TimeProvider.System));

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task PostgreSql_JournalOfAnEarlierVersion_IsKept() =>
        await JournalIsKeptAsync(PostgresTemplate.Build(await postgres.Server.CreateDatabaseAsync()));

    [Fact]
    public void Migrations_OfBothProviders_AreWhatTheModelSays()
    {
        using var sqlite = new SqliteDesign().CreateDbContext([]);
        using var postgreSql = new PostgreSqlDesign().CreateDbContext([]);

        sqlite.Database.HasPendingModelChanges().Should().BeFalse("add a migration: dotnet ef migrations add NAME --context SqliteDbContext --output-dir Migrations/Sqlite");
        postgreSql.Database.HasPendingModelChanges().Should().BeFalse("add a migration: dotnet ef migrations add NAME --context PostgreSqlDbContext --output-dir Migrations/PostgreSql");
    }

    private static async Task JournalIsKeptAsync(ServiceProvider node)
    {
        await using (node)
        {
            var context = node.GetRequiredService<KairshipDatabase>().CreateContext();
            await using (context)
            {
                await context.GetService<IMigrator>().MigrateAsync("Triggers", Cancel);
                await context.Database.ExecuteSqlRawAsync(
                    "INSERT INTO journal (instance_id, sequence, at, activity_id, node_id, activity_type, execution_id, event, message, data) VALUES " +
                    "('i', 2, 20, 'a', 'n', 't', 'i/a/1', 'Completed', 'say \"☸\"', '[1]'), ('i', 1, 10, NULL, NULL, NULL, NULL, 'Started', NULL, NULL), " +
                    "('j', 7, 30, NULL, NULL, NULL, NULL, 'Started', NULL, NULL)",
                    Cancel);
            }

            var store = node.GetRequiredService<IWorkflowStore>();
            await store.MigrateAsync(Cancel);

            (await store.ReadJournalAsync("i", new PageRequest(), Cancel)).Items.Should().Equal(
                new JournalRecord("i", 1, new DateTimeOffset(10, TimeSpan.Zero), null, null, null, null, "Started", null, null),
                new JournalRecord("i", 2, new DateTimeOffset(20, TimeSpan.Zero), "a", "n", "t", "i/a/1", "Completed", "say \"☸\"", "[1]"));
            (await store.ReadJournalAsync("j", new PageRequest(), Cancel)).Items.Should().ContainSingle().Which.Sequence.Should().Be(7);
        }
    }

    private static async Task StartAtOnceAsync(Func<ServiceProvider> build)
    {
        var nodes = Enumerable.Range(0, 3).Select(_ => build()).ToList();
        await Task.WhenAll(nodes.Select(node => Task.Run(() => node.GetRequiredService<IWorkflowStore>().MigrateAsync(Cancel))));
        foreach (var node in nodes)
        {
            (await node.GetRequiredService<IWorkflowStore>().FindDueAsync(DateTimeOffset.MaxValue, 1, Cancel)).Should().BeEmpty();
            await node.DisposeAsync();
        }
    }
}
