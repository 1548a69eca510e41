using Npgsql;

namespace Kairship.Storage.Workflows.PostgreSql;

internal static class PostgreSqlBatches
{
    /// <summary>Adds a statement; fill in its parameters.</summary>
    public static NpgsqlParameterCollection Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }
}
