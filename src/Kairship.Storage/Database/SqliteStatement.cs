using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kairship.Storage.Database;

/// <summary>
/// One prepared statement that changes something, without the layers of ADO.NET above it: a commit makes some ten of them, and there each costs more than the
/// statement itself. Names of parameters are looked up once; call sites pass the same constants in the same order every time.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly int parameters;
    private readonly List<(string Name, int Index)> known = [];

    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement, out var rest), database);
        if (!string.IsNullOrWhiteSpace(rest))
        {
            statement.Dispose();
            throw new ArgumentException($"One statement at a time, not also '{rest}'.", nameof(sql));
        }

        parameters = raw.sqlite3_bind_parameter_count(statement);
    }

    /// <summary>Returns how many rows changed. Arguments that the statement does not name are left out.</summary>
    public int Execute(ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        Bind(arguments);
        var result = raw.sqlite3_step(statement);
        while (result == raw.SQLITE_ROW)
        {
            result = raw.sqlite3_step(statement);
        }

        var changes = raw.sqlite3_changes(database);
        if (result != raw.SQLITE_DONE)
        {
            // The message belongs to the last call: it must be read before the reset.
            try
            {
                SqliteException.ThrowExceptionForRC(result, database);
            }
            finally
            {
                raw.sqlite3_reset(statement);
            }
        }

        raw.sqlite3_reset(statement);
        return changes;
    }

    public void Dispose() => statement.Dispose();

    private void Bind(ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var bound = 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            var index = IndexOf(i, arguments[i].Name);
            if (index > 0)
            {
                SqliteException.ThrowExceptionForRC(Bind(index, arguments[i].Value), database);
                bound++;
            }
        }

        if (bound != parameters)
        {
            throw new ArgumentException($"The statement has {parameters} parameters, {bound} were given.", nameof(arguments));
        }
    }

    private int Bind(int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, index),
        string text => raw.sqlite3_bind_text(statement, index, text),
        long number => raw.sqlite3_bind_int64(statement, index, number),
        int number => raw.sqlite3_bind_int(statement, index, number),
        bool flag => raw.sqlite3_bind_int(statement, index, flag ? 1 : 0),
        byte[] bytes => bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(statement, index, 0) : raw.sqlite3_bind_blob(statement, index, bytes),
        _ => throw new ArgumentException($"A value of type {value.GetType()} cannot be bound.", nameof(value)),
    };

    /// <summary>0 when the statement has no such parameter.</summary>
    private int IndexOf(int position, string name)
    {
        if (position < known.Count && ReferenceEquals(known[position].Name, name))
        {
            return known[position].Index;
        }

        var index = raw.sqlite3_bind_parameter_index(statement, name);
        if (position == known.Count)
        {
            known.Add((name, index));
        }

        return index;
    }
}
