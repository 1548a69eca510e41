using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Kairship.Storage.Database;

internal sealed class PostgreSqlDatabase : KairshipDatabase
{
    /// <summary>"kairship" in ASCII: whoever migrates this database holds the advisory lock of this number.</summary>
    private const long MigrationLock = 0x6B61697273686970;

    private readonly PooledDbContextFactory<PostgreSqlDbContext> contexts;

    public PostgreSqlDatabase(string connectionString)
    {
        Source = new NpgsqlDataSourceBuilder(WithPreparedStatements(connectionString)).Build();
        contexts = new PooledDbContextFactory<PostgreSqlDbContext>(
            new DbContextOptionsBuilder<PostgreSqlDbContext>().UseNpgsql(Source).Options);
    }

    public NpgsqlDataSource Source { get; }

    public override WriteGate Gate { get; } = new(takesTurns: false);

    public override KairshipDbContext CreateContext() => contexts.CreateDbContext();

    /// <summary>The lock belongs to a transaction, not to a session: it is gone when this process dies, and a transaction-pooling proxy keeps it right.</summary>
    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var context = contexts.CreateDbContext();
        await using (context)
        {
            await CreateIfMissingAsync(context, cancellationToken);
            var connection = await Source.OpenConnectionAsync(cancellationToken);
            await using (connection)
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (transaction)
                {
                    var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock(@lock)", connection, transaction) { CommandTimeout = 0 };
                    await using (take)
                    {
                        take.Parameters.AddWithValue("lock", MigrationLock);
                        await take.ExecuteNonQueryAsync(cancellationToken);
                    }

                    await context.Database.MigrateAsync(cancellationToken);
                }
            }
        }
    }

    public override Task LockAsync(KairshipDbContext context, string name, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        Gate.Dispose();
    }

    /// <summary>The planner takes pages out of order for four times as dear as in order, which is true of turning disks: it would rather read all the wide rows than the index that has what lists
    /// ask for. What is sorted is ids and short texts: it should not go to the disk.</summary>
    protected override async Task<IAsyncDisposable> BeginSnapshotAsync(KairshipDbContext context, CancellationToken cancellationToken)
    {
        var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await context.Database.ExecuteSqlRawAsync("SET LOCAL random_page_cost = 1.1; SET LOCAL work_mem = '32MB'; SET LOCAL jit = off", cancellationToken);
        return transaction;
    }

    private async Task CreateIfMissingAsync(PostgreSqlDbContext context, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await Source.OpenConnectionAsync(cancellationToken);
            await connection.DisposeAsync();
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            try
            {
                await context.GetService<IRelationalDatabaseCreator>().CreateAsync(cancellationToken);
            }
            catch (PostgresException other) when (other.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another node made it in this moment.
            }
        }
    }

    /// <summary>The engine sends few different statements very often. A connection string that says something else is left alone.</summary>
    private static string WithPreparedStatements(string connectionString)
    {
        var said = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return said.ContainsKey("Max Auto Prepare")
            ? connectionString
            : new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 64, AutoPrepareMinUsages = 2 }.ConnectionString;
    }
}
