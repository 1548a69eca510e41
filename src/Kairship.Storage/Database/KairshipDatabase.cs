using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Database;

/// <summary>One database, whichever provider: makes contexts, opens transactions, brings the tables up to date.</summary>
internal abstract class KairshipDatabase : IAsyncDisposable
{
    /// <summary>Turns of writers; does nothing on PostgreSQL.</summary>
    public abstract WriteGate Gate { get; }

    public abstract KairshipDbContext CreateContext();

    /// <summary>Makes the tables or brings older ones up to date. Two nodes may do it at once: the second waits and finds nothing to do.</summary>
    public abstract Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Inside a transaction: lets the holders of the same name in, one at a time, until the transaction ends.</summary>
    public abstract Task LockAsync(KairshipDbContext context, string name, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>A transaction that reads only; disposing of what is returned ends it.</summary>
    protected abstract Task<IAsyncDisposable> BeginSnapshotAsync(KairshipDbContext context, CancellationToken cancellationToken);

    public async Task<T> ReadAsync<T>(Func<KairshipDbContext, Task<T>> read)
    {
        var context = CreateContext();
        await using (context)
        {
            return await read(context);
        }
    }

    /// <summary>Runs several queries that all see the same rows.</summary>
    public async Task<T> ReadSnapshotAsync<T>(Func<KairshipDbContext, Task<T>> read, CancellationToken cancellationToken)
    {
        var context = CreateContext();
        await using (context)
        {
            var snapshot = await BeginSnapshotAsync(context, cancellationToken);
            await using (snapshot)
            {
                return await read(context);
            }
        }
    }

    /// <summary>Runs <paramref name="write"/> in one transaction; committed when this returns, undone when it throws.</summary>
    public async Task<T> WriteAsync<T>(Func<KairshipDbContext, Task<T>> write, CancellationToken cancellationToken)
    {
        using var turn = await Gate.EnterAsync(cancellationToken);
        var context = CreateContext();
        await using (context)
        {
            var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            await using (transaction)
            {
                var result = await write(context);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
        }
    }
}
