using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows;

/// <summary>
/// The journal lines of one commit, kept in one row: they are written with every commit and read when a person looks, so writing must be cheap. A JSON array
/// with an array for each line: its values in the order of <see cref="JournalRecord"/> without the instance. A text that stood there before is the number of its place
/// among the texts of the chunk, counted from 0. An execution id that begins with the instance's is kept from the slash on.
/// </summary>
internal static class JournalChunk
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(string instanceId, IReadOnlyList<JournalRecord> lines)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (lines.Count * 48));
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            writer.WriteStartArray();
            foreach (var line in lines)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(line.Sequence);
                writer.WriteNumberValue(line.At.UtcTicks);
                Write(writer, known, line.ActivityId);
                Write(writer, known, line.NodeId);
                Write(writer, known, line.ActivityType);
                Write(writer, known, Shortened(instanceId, line.ExecutionId));
                Write(writer, known, line.Event);
                Write(writer, known, line.Message);
                Write(writer, known, line.Data);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static List<JournalRecord> Read(string instanceId, ReadOnlyMemory<byte> bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        var known = new List<string>();
        var lines = new List<JournalRecord>(json.RootElement.GetArrayLength());
        foreach (var line in json.RootElement.EnumerateArray())
        {
            lines.Add(new JournalRecord(
                instanceId, line[0].GetInt64(), Ticks.ToTime(line[1].GetInt64()), Read(known, line[2]), Read(known, line[3]), Read(known, line[4]),
                Whole(instanceId, Read(known, line[5])), Read(known, line[6]) ?? "", Read(known, line[7]), Read(known, line[8])));
        }

        return lines;
    }

    private static void Write(Utf8JsonWriter writer, Dictionary<string, int> known, string? text)
    {
        if (text is null)
        {
            writer.WriteNullValue();
        }
        else if (known.TryGetValue(text, out var place))
        {
            writer.WriteNumberValue(place);
        }
        else
        {
            known.Add(text, known.Count);
            writer.WriteStringValue(StoredText.Clean(text));
        }
    }

    private static string? Read(List<string> known, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Number:
                return known[value.GetInt32()];
            default:
                known.Add(value.GetString()!);
                return known[^1];
        }
    }

    private static string? Shortened(string instanceId, string? executionId) =>
        executionId is not null && executionId.Length > instanceId.Length && executionId[instanceId.Length] == '/' && executionId.StartsWith(instanceId, StringComparison.Ordinal)
            ? executionId[instanceId.Length..]
            : executionId;

    private static string? Whole(string instanceId, string? executionId) =>
        executionId is not null && executionId.StartsWith('/') ? instanceId + executionId : executionId;
}
