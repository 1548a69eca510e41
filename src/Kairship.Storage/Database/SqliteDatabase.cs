using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Kairship.Storage.Database;

internal sealed class SqliteDatabase : KairshipDatabase
{
    private readonly PooledDbContextFactory<SqliteDbContext> contexts;
    private readonly TimeProvider time;

    public SqliteDatabase(string connectionString, TimeProvider time)
    {
        this.time = time;
        ConnectionString = connectionString;
        Writer = new SqliteWriter(connectionString, Gate);
        Readers = new SqliteReaders(connectionString);
        contexts = new PooledDbContextFactory<SqliteDbContext>(
            new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite(connectionString).AddInterceptors(new SqlitePragmas()).Options);
    }

    public string ConnectionString { get; }

    public SqliteWriter Writer { get; }

    public SqliteReaders Readers { get; }

    public override WriteGate Gate { get; } = new(takesTurns: true);

    public override KairshipDbContext CreateContext() => contexts.CreateDbContext();

    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        using var turn = await Gate.EnterAsync(cancellationToken);
        var mutex = await LockFileAsync(cancellationToken);
        await using (mutex)
        {
            var context = contexts.CreateDbContext();
            await using (context)
            {
                // EF Core's own lock is a row that a killed process leaves behind for ever. Ours dies with its process, so a row found here is such a leftover.
                await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL; DROP TABLE IF EXISTS \"__EFMigrationsLock\";", cancellationToken);
                await context.Database.MigrateAsync(cancellationToken);
            }
        }
    }

    /// <summary>A SQLite transaction that writes has the database to itself already.</summary>
    public override Task LockAsync(KairshipDbContext context, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        Readers.Dispose();
        Gate.Dispose();
        using var pool = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(pool);
    }

    /// <summary>Deferred: it waits for no writer and holds none up.</summary>
    protected override async Task<IAsyncDisposable> BeginSnapshotAsync(KairshipDbContext context, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        var transaction = ((SqliteConnection)context.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await context.Database.UseTransactionAsync(transaction, cancellationToken);
        return transaction;
    }

    /// <summary>The file stays when the lock is given up: deleting it would let two in.</summary>
    private async Task<FileStream> LockFileAsync(CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource) + ".migrating";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException held) when (held.GetType() == typeof(IOException) && File.Exists(file))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
        }
    }
}
