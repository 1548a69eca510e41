using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Execution.Journaling;

/// <summary>Writes what a journal line keeps: without secrets, and bounded. Straight to UTF-8: values are neither cloned nor put into trees.</summary>
internal sealed class JournalData(InstanceSecrets secrets, JournalOptions options)
{
    private const int MaxDepth = 64;
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private Utf8JsonWriter? open;
    private int room;

    public InstanceSecrets Secrets => secrets;

    private Utf8JsonWriter Writer => open!;

    public string Message(string text) => Short(text, options.MaxMessageLength);

    public void Begin()
    {
        buffer.ResetWrittenCount();
        open ??= new Utf8JsonWriter(buffer, Compact);
        open.Reset(buffer);
        room = options.MaxDataLength;
        open.WriteStartObject();
    }

    public string End()
    {
        Writer.WriteEndObject();
        Writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public void Text(string name, string? value)
    {
        if (value is not null)
        {
            Writer.WriteString(name, Message(value));
        }
    }

    public void Number(string name, long value) => Writer.WriteNumber(name, value);

    public void Texts(string name, IEnumerable<string> values)
    {
        Writer.WriteStartArray(name);
        foreach (var value in values)
        {
            Writer.WriteStringValue(Message(value));
        }

        Writer.WriteEndArray();
    }

    public void Value(string name, JsonNode? value)
    {
        secrets.LearnInside(value);
        Writer.WritePropertyName(name);
        Bounded(value);
    }

    /// <summary>Values by name; <paramref name="isSensitive"/> says which are masked whole, and is told of every one before any is written.</summary>
    public void Values(string name, IReadOnlyList<KeyValuePair<string, JsonNode?>> values, Func<string, bool> isSensitive)
    {
        foreach (var (key, value) in values)
        {
            if (isSensitive(key))
            {
                secrets.Learn(value);
            }
            else
            {
                secrets.LearnInside(value);
            }
        }

        Writer.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            Writer.WritePropertyName(secrets.Mask(key));
            if (value is not null && (isSensitive(key) || SecretNames.IsSecret(key)))
            {
                Writer.WriteStringValue(InstanceSecrets.Mark);
            }
            else
            {
                Bounded(value);
            }
        }

        Writer.WriteEndObject();
    }

    private void Bounded(JsonNode? value)
    {
        var mine = Math.Min(options.MaxValueLength, Math.Max(0, room));
        var left = mine;
        Write(value, ref left, 0);
        room -= mine - left;
    }

    private void Write(JsonNode? value, ref int left, int depth)
    {
        switch (value)
        {
            case null:
                Writer.WriteNullValue();
                break;
            case JsonObject or JsonArray when depth >= MaxDepth:
                Writer.WriteStringValue($"… (nested deeper than {MaxDepth})");
                break;
            case JsonObject o:
                Write(o, ref left, depth);
                break;
            case JsonArray list:
                Write(list, ref left, depth);
                break;
            default:
                Write((JsonValue)value, ref left);
                break;
        }
    }

    private void Write(JsonObject o, ref int left, int depth)
    {
        var isKubernetes = InstanceSecrets.IsKubernetesSecret(o);
        var written = 0;
        Writer.WriteStartObject();
        foreach (var (name, value) in o)
        {
            if (left <= 0)
            {
                Writer.WriteString("…", More(o.Count - written));
                break;
            }

            written++;
            Writer.WritePropertyName(Short(name, 200));
            left -= name.Length + 4;
            if (value is not null && SecretNames.IsSecret(name))
            {
                Writer.WriteStringValue(InstanceSecrets.Mark);
            }
            else if (isKubernetes && name is "data" or "stringData")
            {
                Writer.WriteStringValue(InstanceSecrets.Mark);
            }
            else
            {
                Write(value, ref left, depth + 1);
            }
        }

        Writer.WriteEndObject();
    }

    private void Write(JsonArray list, ref int left, int depth)
    {
        Writer.WriteStartArray();
        for (var i = 0; i < list.Count; i++)
        {
            if (left <= 0)
            {
                Writer.WriteStringValue(More(list.Count - i));
                break;
            }

            left--;
            Write(list[i], ref left, depth + 1);
        }

        Writer.WriteEndArray();
    }

    private void Write(JsonValue value, ref int left)
    {
        if (value.TryGetValue<string>(out var text))
        {
            var kept = Short(text, Math.Max(0, left));
            left -= kept.Length + 2;
            Writer.WriteStringValue(kept);
        }
        else if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
        {
            left -= 5;
            value.WriteTo(Writer);
        }
        else
        {
            var json = value.ToJsonString();
            left -= json.Length;
            var masked = secrets.Mask(json);
            if (ReferenceEquals(masked, json) || masked == json)
            {
                Writer.WriteRawValue(json, skipInputValidation: true);
            }
            else
            {
                Writer.WriteStringValue(masked);
            }
        }
    }

    private string Short(string text, int length)
    {
        if (text.Length <= length)
        {
            return secrets.Mask(text);
        }

        var seen = secrets.Mask(text.Length > length + secrets.Overlap ? text[..(length + secrets.Overlap)] : text);
        var cut = Math.Min(length, seen.Length);
        cut -= cut > 0 && char.IsHighSurrogate(seen[cut - 1]) ? 1 : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{seen.AsSpan(0, cut)}… ({text.Length} characters in all)");
    }

    private static string More(int count) => $"… ({count} more)";
}
