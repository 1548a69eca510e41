using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kairship.Storage.Database;

/// <summary>Every connection waits for another process's write instead of failing, and a commit is on the disk when it returns.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public const string OfConnection = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = OfConnection;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        var command = connection.CreateCommand();
        await using (command)
        {
            command.CommandText = OfConnection;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
