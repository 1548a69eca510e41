using System.Globalization;
using Kairship.Storage;
using Kairship.Testing.Storage;

namespace Kairship.Benchmarks.Engine;

/// <summary>Where a benchmark's databases come from.</summary>
internal abstract class TargetDatabase : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>A new, empty one.</summary>
    public abstract Task<StorageOptions> CreateAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>Files in a folder that goes at the end.</summary>
internal sealed class SqliteTarget(string parent) : TargetDatabase
{
    private readonly string folder = Directory.CreateDirectory(Path.Combine(parent, $"kairship-bench-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}")).FullName;
    private int count;

    public override string Name => "sqlite";

    public override Task<StorageOptions> CreateAsync() => Task.FromResult(new StorageOptions
    {
        Provider = StorageProvider.Sqlite,
        ConnectionString = $"Data Source={Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{++count}.db"))}",
    });

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A server of the benchmark's own, as durable as a server is by default (fsync, synchronous_commit and full_page_writes on), reached through a Unix socket.</summary>
internal sealed class PostgresTarget : TargetDatabase
{
    private readonly PostgresServer server = new() { Durable = true };

    public override string Name => "postgres";

    public override async Task<StorageOptions> CreateAsync() =>
        new() { Provider = StorageProvider.PostgreSql, ConnectionString = await server.CreateDatabaseAsync() };

    public override ValueTask DisposeAsync() => server.DisposeAsync();
}
