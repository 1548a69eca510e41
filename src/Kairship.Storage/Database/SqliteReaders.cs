using System.Collections.Concurrent;
using System.Data.Common;

namespace Kairship.Storage.Database;

/// <summary>Connections that only read; with the write-ahead log they neither wait for the writer nor hold it up.</summary>
internal sealed class SqliteReaders(string connectionString) : IDisposable
{
    private const int MaxIdle = 8;

    private readonly ConcurrentBag<SqliteSession> idle = [];
    private volatile bool disposed;

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!idle.TryTake(out var session))
        {
            session = SqliteSession.Open(connectionString);
        }

        IReadOnlyList<T> rows;
        try
        {
            rows = session.Query(sql, read, arguments);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        if (disposed || idle.Count >= MaxIdle)
        {
            session.Dispose();
        }
        else
        {
            idle.Add(session);
        }

        return Task.FromResult(rows);
    }

    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }
}
