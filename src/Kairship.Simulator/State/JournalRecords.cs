using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.State;

/// <summary>What one record of a journal says: an object as it is now, or (null) that it is gone.</summary>
internal readonly record struct JournalRecord(ObjectKey Key, byte[]? Text, long Revision);

/// <summary>
/// Records as bytes: length and CRC-32C of the payload (four bytes each, little endian), then the payload as JSON,
/// <c>{"r":revision,"g":group,"p":plural,"s":namespace,"n":name,"o":object}</c>. The first record is <c>{"format":1,"r":revision}</c>.
/// </summary>
internal static class JournalRecords
{
    public const int Format = 1;
    public const int Head = 8;

    /// <summary>What the payload of every record but the first begins with.</summary>
    public static ReadOnlySpan<byte> Start => "{\"r\":"u8;

    public static void WriteHeader(ArrayBufferWriter<byte> output, long revision) =>
        Frame(output, writer =>
        {
            writer.WriteNumber("format"u8, Format);
            writer.WriteNumber("r"u8, revision);
        });

    public static void Write(ArrayBufferWriter<byte> output, JournalRecord record) =>
        Frame(output, writer =>
        {
            writer.WriteNumber("r"u8, record.Revision);
            writer.WriteString("g"u8, record.Key.Group);
            writer.WriteString("p"u8, record.Key.Plural);
            if (record.Key.Namespace is not null)
            {
                writer.WriteString("s"u8, record.Key.Namespace);
            }

            writer.WriteString("n"u8, record.Key.Name);
            if (record.Text is not null)
            {
                writer.WritePropertyName("o"u8);
                writer.WriteRawValue(record.Text, skipInputValidation: true);
            }
        });

    /// <summary>The length of the payload at the start of these bytes; null when they do not begin with a whole and sound record.</summary>
    public static int? Payload(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Head)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length > 0 && length <= bytes.Length - Head && Crc(bytes.Slice(Head, length)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) ? length : null;
    }

    public static JournalRecord Read(ReadOnlySpan<byte> payload)
    {
        var (revision, group, plural, name) = (0L, "", "", "");
        string? ns = null;
        byte[]? text = null;
        var reader = new Utf8JsonReader(payload, ObjectLimits.Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = (char)reader.ValueSpan[0];
            reader.Read();
            switch (field)
            {
                case 'r':
                    revision = reader.GetInt64();
                    break;
                case 'g':
                    group = ObjectText.Pooled(ref reader);
                    break;
                case 'p':
                    plural = ObjectText.Pooled(ref reader);
                    break;
                case 's':
                    ns = ObjectText.Pooled(ref reader);
                    break;
                case 'n':
                    name = reader.GetString()!;
                    break;
                case 'o':
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    text = payload[start..(int)reader.BytesConsumed].ToArray();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new JournalRecord(new ObjectKey(group, plural, ns, name), text, revision);
    }

    /// <summary>Format and revision of a header; null when the payload is none.</summary>
    public static (int Format, long Revision)? ReadHeader(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, ObjectLimits.Reading);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("format", out var format) ? (format.GetInt32(), document.RootElement.GetProperty("r").GetInt64()) : null;
    }

    private static void Frame(ArrayBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        var start = output.WrittenCount;
        output.GetSpan(Head);
        output.Advance(Head);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[start..];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - Head);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Crc(bytes[Head..]));
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
