using System.Threading.Channels;

namespace Kairship.Storage.Database;

/// <summary>
/// The one writer of a SQLite database. Work that arrives while a transaction is being written to the disk shares the next one: the cost of a
/// commit is the wait for the disk, and a hundred instances then wait once. Each piece of work has a savepoint: one that fails is
/// undone alone. Nothing is answered before its transaction is on the disk.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 256;

    private readonly Channel<Work> queue = Channel.CreateUnbounded<Work>(new() { SingleReader = true });
    private readonly string connectionString;
    private readonly WriteGate gate;
    private readonly Task loop;
    private SqliteSession? session;

    public SqliteWriter(string connectionString, WriteGate gate)
    {
        this.connectionString = connectionString;
        this.gate = gate;
        loop = Task.Run(WriteAsync);
    }

    /// <summary>Runs <paramref name="work"/> in the next transaction; completes when that is committed.</summary>
    public Task<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        var item = new Work<T>(work, cancellationToken);
        return queue.Writer.TryWrite(item) ? item.Task : Task.FromException<T>(new ObjectDisposedException(nameof(SqliteWriter)));
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        session?.Dispose();
    }

    private async Task WriteAsync()
    {
        var batch = new List<Work>();
        while (await queue.Reader.WaitToReadAsync())
        {
            using var entered = await gate.EnterAsync(CancellationToken.None);
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var work))
            {
                if (!work.GivenUp())
                {
                    batch.Add(work);
                }
            }

            WriteBatch(batch);
            batch.Clear();
        }
    }

    private void WriteBatch(List<Work> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            session ??= SqliteSession.Open(connectionString);
            session.Execute("BEGIN IMMEDIATE");
            foreach (var work in batch)
            {
                RunInSavepoint(session, work);
            }

            session.Execute("COMMIT");
        }
        catch (Exception failure)
        {
            // What became of the transaction is for the database to say: closing the connection rolls back what was not committed.
            session?.Dispose();
            session = null;
            batch.ForEach(work => work.Fail(failure));
            return;
        }

        batch.ForEach(work => work.Succeed());
    }

    private static void RunInSavepoint(SqliteSession session, Work work)
    {
        session.Execute("SAVEPOINT work");
        try
        {
            work.Run(session);
        }
        catch (Exception failure)
        {
            session.Execute("ROLLBACK TO work");
            work.Reject(failure);
        }

        session.Execute("RELEASE work");
    }

    private abstract class Work
    {
        /// <summary>True when the caller no longer wants it and it has not begun.</summary>
        public abstract bool GivenUp();

        public abstract void Run(SqliteSession session);

        /// <summary>This work failed; the others of its batch go on.</summary>
        public abstract void Reject(Exception failure);

        public abstract void Succeed();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) : Work
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? rejection;

        public Task<T> Task => done.Task;

        public override bool GivenUp() => cancellationToken.IsCancellationRequested && done.TrySetCanceled(cancellationToken);

        public override void Run(SqliteSession session) => result = work(session);

        public override void Reject(Exception failure) => rejection = failure;

        public override void Succeed()
        {
            if (rejection is null)
            {
                done.TrySetResult(result!);
            }
            else
            {
                done.TrySetException(rejection);
            }
        }

        public override void Fail(Exception failure) => done.TrySetException(rejection ?? failure);
    }
}
