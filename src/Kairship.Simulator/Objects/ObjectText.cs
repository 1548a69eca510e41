using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>
/// Objects as UTF-8 JSON: about a fifth of the memory of a tree. Names of fields and short values are the same strings in every tree that is read, however many
/// clusters there are.
/// </summary>
internal static class ObjectText
{
    static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    static readonly StringPool Pool = new();

    [ThreadStatic]
    static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    static Utf8JsonWriter? t_writer;

    public static byte[] Write(JsonObject obj)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = t_writer ??= new Utf8JsonWriter(buffer, Writing);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        obj.WriteTo(writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static JsonObject Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, ObjectLimits.Reading);
        reader.Read();
        return ReadObject(ref reader);
    }

    static JsonObject ReadObject(ref Utf8JsonReader reader)
    {
        var obj = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Pooled(ref reader);
            reader.Read();
            obj.Add(name, ReadNode(ref reader));
        }

        return obj;
    }

    static JsonNode? ReadNode(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader);
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    array.Add(ReadNode(ref reader));
                return array;
            case JsonTokenType.String:
                return JsonValue.Create(Pooled(ref reader));
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? JsonValue.Create(number) : JsonValue.Create(reader.GetDouble());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            default:
                return null;
        }
    }

    /// <summary>The string that the reader stands on, the same one for equal text.</summary>
    public static string Pooled(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped || reader.ValueSpan.Length > StringPool.Longest ? reader.GetString()! : Pool.Get(reader.ValueSpan);
}
