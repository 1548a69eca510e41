using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kairship.Fleet.Watching;

/// <summary>
/// Takes objects out of lists and watch events without making trees of them: copies their bytes, less metadata.managedFields, and notes identity and version
/// on the way. One for each watch, since it keeps its buffer.
/// </summary>
internal sealed class ObjectReader(string apiVersion, string kind)
{
    private const int LargestKeptBuffer = 64 << 10;
    private static readonly JsonWriterOptions Writing = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private ArrayBufferWriter<byte>? _buffer;

    /// <summary>Reads the object that starts at the reader's position, and leaves the reader at its end.</summary>
    /// <param name="json">What the reader reads.</param>
    /// <exception cref="JsonException">It is no object with metadata, a name and a resource version.</exception>
    public WatchedObject Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4 << 10);
        buffer.ResetWrittenCount();
        var metadata = default(Identity);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            // Items of a list carry neither, and an object is to look the same wherever it came from.
            writer.WriteString("apiVersion"u8, apiVersion);
            writer.WriteString("kind"u8, kind);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("apiVersion"u8) || reader.ValueTextEquals("kind"u8))
                {
                    reader.Read();
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("metadata"u8))
                {
                    reader.Read();
                    metadata = ReadMetadata(ref reader, json, writer);
                }
                else
                {
                    CopyProperty(ref reader, json, writer);
                }
            }

            writer.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        _buffer = buffer.Capacity > LargestKeptBuffer ? null : buffer;
        return metadata is { Name: { } name, ResourceVersion: { } version }
            ? new WatchedObject(metadata.Namespace, name, version, bytes)
            : throw new JsonException("an object without name or resource version");
    }

    private static Identity ReadMetadata(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        var identity = default(Identity);
        writer.WriteStartObject("metadata"u8);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("managedFields"u8))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            var field = reader.ValueTextEquals("name"u8) ? 1 : reader.ValueTextEquals("namespace"u8) ? 2 : reader.ValueTextEquals("resourceVersion"u8) ? 3 : 0;
            CopyProperty(ref reader, json, writer);
            if (field > 0 && reader.TokenType == JsonTokenType.String)
            {
                var text = reader.GetString();
                identity = field switch
                {
                    1 => identity with { Name = text },
                    2 => identity with { Namespace = text },
                    _ => identity with { ResourceVersion = text },
                };
            }
        }

        writer.WriteEndObject();
        return identity;
    }

    private static void CopyProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        if (reader.ValueIsEscaped)
        {
            writer.WritePropertyName(reader.GetString()!);
        }
        else
        {
            writer.WritePropertyName(reader.ValueSpan);
        }

        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        writer.WriteRawValue(json[start..(int)reader.BytesConsumed], skipInputValidation: true);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (reader.TokenType != token)
        {
            throw new JsonException($"expected {token}, found {reader.TokenType}");
        }
    }

    private readonly record struct Identity(string? Namespace, string? Name, string? ResourceVersion);
}
