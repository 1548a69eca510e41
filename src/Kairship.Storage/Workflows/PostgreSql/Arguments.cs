using Npgsql;
using NpgsqlTypes;

namespace Kairship.Storage.Workflows.PostgreSql;

/// <summary>Parameters with their types said: a null has none of its own, and one statement text must always be prepared with the same types.</summary>
internal static class Arguments
{
    public static NpgsqlParameterCollection Text(this NpgsqlParameterCollection to, string name, string? value) =>
        to.Put(name, NpgsqlDbType.Text, value);

    public static NpgsqlParameterCollection Long(this NpgsqlParameterCollection to, string name, long? value) =>
        to.Put(name, NpgsqlDbType.Bigint, value);

    public static NpgsqlParameterCollection Int(this NpgsqlParameterCollection to, string name, int value) =>
        to.Put(name, NpgsqlDbType.Integer, value);

    public static NpgsqlParameterCollection Flag(this NpgsqlParameterCollection to, string name, bool value) =>
        to.Put(name, NpgsqlDbType.Boolean, value);

    public static NpgsqlParameterCollection Bytes(this NpgsqlParameterCollection to, string name, ReadOnlyMemory<byte> value) =>
        to.Put(name, NpgsqlDbType.Bytea, value);

    public static NpgsqlParameterCollection Texts(this NpgsqlParameterCollection to, string name, IEnumerable<string?> values) =>
        to.Put(name, NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray());

    public static NpgsqlParameterCollection Longs(this NpgsqlParameterCollection to, string name, IEnumerable<long> values) =>
        to.Put(name, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlParameterCollection Ints(this NpgsqlParameterCollection to, string name, IEnumerable<int> values) =>
        to.Put(name, NpgsqlDbType.Array | NpgsqlDbType.Integer, values.ToArray());

    public static NpgsqlParameterCollection Blobs(this NpgsqlParameterCollection to, string name, IEnumerable<ReadOnlyMemory<byte>> values) =>
        to.Put(name, NpgsqlDbType.Array | NpgsqlDbType.Bytea, values.Select(Workflows.Bytes.Of).ToArray());

    private static NpgsqlParameterCollection Put(this NpgsqlParameterCollection to, string name, NpgsqlDbType type, object? value)
    {
        to.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
        return to;
    }
}
