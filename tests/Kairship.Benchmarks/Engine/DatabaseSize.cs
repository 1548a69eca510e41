using System.Data.Common;
using Kairship.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kairship.Benchmarks.Engine;

/// <summary>Bytes that a database takes on the disk; on SQLite once what is in its write-ahead log is where it belongs.</summary>
internal static class DatabaseSize
{
    public static async Task<long> OfAsync(StorageOptions database)
    {
        var sqlite = database.Provider == StorageProvider.Sqlite;
        DbConnection connection = sqlite
            ? new SqliteConnection(database.ConnectionString + ";Pooling=False")
            : new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await using (connection)
        {
            await connection.OpenAsync();
            var command = connection.CreateCommand();
            await using (command)
            {
                command.CommandText = sqlite ? "PRAGMA wal_checkpoint(TRUNCATE)" : "SELECT pg_database_size(current_database())";
                var answer = (long)(await command.ExecuteScalarAsync())!;
                return sqlite
                    ? new[] { connection.DataSource, connection.DataSource + "-wal" }.Where(File.Exists).Sum(f => new FileInfo(f).Length)
                    : answer;
            }
        }
    }
}
