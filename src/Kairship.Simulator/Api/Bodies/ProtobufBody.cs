using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>Reads the protobuf bodies that kubectl's typed commands send (create deployment, drain, ...). Answers are always JSON.</summary>
internal static class ProtobufBody
{
    static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <exception cref="FormatException">Not such a body.</exception>
    /// <exception cref="ApiException">415 for a kind whose messages are not known.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw new FormatException("a protobuf body starts with k8s\\0");
        var envelope = new ProtobufReader(bytes[Magic.Length..]);
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        while (envelope.Next())
        {
            if (envelope.Number == 1)
                (apiVersion, kind) = TypeMeta(envelope.Bytes());
            else if (envelope.Number == 2)
                raw = envelope.Bytes();
            else
                envelope.Skip();
        }
        var message = ProtobufMessages.Of(apiVersion, kind) ?? ProtobufMessages.Of("v1", kind == "DeleteOptions" ? kind : "")
            ?? throw new ApiException(415, "UnsupportedMediaType", $"no protobuf message is known for {kind} of {apiVersion} - accepted media types include: application/json, application/yaml");
        var obj = Message(raw, message);
        obj["apiVersion"] = apiVersion;
        obj["kind"] = kind;
        return obj;
    }

    static (string ApiVersion, string Kind) TypeMeta(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var (apiVersion, kind) = ("", "");
        while (reader.Next())
        {
            if (reader.Number == 1)
                apiVersion = reader.Text();
            else if (reader.Number == 2)
                kind = reader.Text();
            else
                reader.Skip();
        }
        return (apiVersion, kind);
    }

    static JsonObject Message(ReadOnlySpan<byte> bytes, string name)
    {
        var obj = new JsonObject();
        var fields = ProtobufMessages.Fields(name);
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            if (!fields.TryGetValue(reader.Number, out var field))
            {
                reader.Skip();
                continue;
            }
            if (field.IsMap)
                Entry(JsonTree.Child(obj, field.Name), reader.Bytes(), field.Kind);
            else if (field.IsList)
                (obj[field.Name] as JsonArray ?? Added(obj, field.Name)).Add(Value(ref reader, field.Kind));
            else if (field.Name.Length == 0)
                Inline(obj, Message(reader.Bytes(), field.Kind));
            else if (Value(ref reader, field.Kind) is { } value && (field.KeepsZero || !IsZero(value)))
                obj[field.Name] = value;
        }
        return obj;
    }

    static JsonArray Added(JsonObject obj, string name)
    {
        var list = new JsonArray();
        obj[name] = list;
        return list;
    }

    static void Inline(JsonObject obj, JsonObject content)
    {
        foreach (var (name, value) in content)
            obj[name] = value?.DeepClone();
    }

    static void Entry(JsonObject map, ReadOnlySpan<byte> bytes, string kind)
    {
        var reader = new ProtobufReader(bytes);
        var key = "";
        JsonNode? value = kind == "s" ? JsonValue.Create("") : null;
        while (reader.Next())
        {
            if (reader.Number == 1)
                key = reader.Text();
            else
                value = Value(ref reader, kind);
        }
        map[key] = value;
    }

    static JsonNode? Value(ref ProtobufReader reader, string kind) => kind switch
    {
        "s" => JsonValue.Create(reader.Text()),
        "b" => JsonValue.Create(Convert.ToBase64String(reader.Bytes())),
        "i" => JsonValue.Create((long)reader.Varint()),
        "B" => JsonValue.Create(reader.Varint() != 0),
        "d" => JsonValue.Create(reader.Double()),
        "q" => Quantity(reader.Bytes()),
        "t" => Time(reader.Bytes(), "yyyy-MM-dd'T'HH:mm:ss'Z'"),
        "u" => Time(reader.Bytes(), "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"),
        "x" => IntOrString(reader.Bytes()),
        "r" or "meta.v1.FieldsV1" => Embedded(reader.Bytes()),
        _ => Message(reader.Bytes(), kind),
    };

    static bool IsZero(JsonNode value) => value is JsonValue scalar
        && (scalar.TryGetValue<string>(out var text) ? text.Length == 0 : scalar.TryGetValue<long>(out var number) ? number == 0 : scalar.TryGetValue<bool>(out var flag) && !flag);

    static JsonNode Quantity(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var text = "0";
        while (reader.Next())
            text = reader.Text();
        return JsonValue.Create(text)!;
    }

    static JsonNode? Time(ReadOnlySpan<byte> bytes, string format)
    {
        var reader = new ProtobufReader(bytes);
        var (seconds, nanoseconds) = (0L, 0L);
        while (reader.Next())
        {
            if (reader.Number == 1)
                seconds = (long)reader.Varint();
            else
                nanoseconds = (long)reader.Varint();
        }
        return bytes.IsEmpty ? null : JsonValue.Create(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100).ToString(format, CultureInfo.InvariantCulture));
    }

    static JsonNode IntOrString(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var (isText, number, text) = (false, 0L, "");
        while (reader.Next())
        {
            if (reader.Number == 1)
                isText = reader.Varint() != 0;
            else if (reader.Number == 2)
                number = (long)reader.Varint();
            else
                text = reader.Text();
        }
        return isText ? JsonValue.Create(text)! : JsonValue.Create(number);
    }

    static JsonNode? Embedded(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        JsonNode? node = null;
        while (reader.Next())
            node = JsonBody.Parse(reader.Bytes());
        return node;
    }
}
