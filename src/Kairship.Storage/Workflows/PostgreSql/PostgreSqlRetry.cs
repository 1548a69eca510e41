using Npgsql;

namespace Kairship.Storage.Workflows.PostgreSql;

/// <summary>Runs a whole transaction again when the server undid it to let another one pass. Never after a lost connection: what became of
/// the transaction is then unknown, and the fencing epoch decides.</summary>
internal static class PostgreSqlRetry
{
    private const int MaxAttempts = 5;

    public static async Task<T> RunAsync<T>(Func<Task<T>> transaction)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await transaction();
            }
            catch (PostgresException undone) when (attempt < MaxAttempts &&
                undone.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // The server waits a second before it calls a deadlock: no further back-off is needed.
            }
        }
    }
}
