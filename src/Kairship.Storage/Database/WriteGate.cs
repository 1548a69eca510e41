namespace Kairship.Storage.Database;

/// <summary>SQLite has one writer at a time. Taking turns inside the process is cheaper and fairer than its busy waiting. Open (no turns) on PostgreSQL.</summary>
internal sealed class WriteGate(bool takesTurns) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Dispose of the answer to let the next one in.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        if (!takesTurns)
        {
            return default;
        }

        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    public void Dispose() => turn.Dispose();

    internal readonly struct Turn(SemaphoreSlim? turn) : IDisposable
    {
        public void Dispose() => turn?.Release();
    }
}
