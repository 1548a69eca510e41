using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>Parses JSON into plain nodes (nothing lazy), keeping the last of duplicate fields and their names.</summary>
internal static class JsonBody
{
    static readonly JsonReaderOptions Reading = new() { MaxDepth = ObjectLimits.MostDepth };

    /// <exception cref="JsonException">Not JSON.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, List<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8, Reading);
        reader.Read();
        var node = Value(ref reader, "", duplicates);
        if (reader.Read())
            throw new JsonException("unexpected data after top-level value");
        return node;
    }

    static JsonNode? Value(ref Utf8JsonReader reader, string path, List<string>? duplicates)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(ref reader, path, duplicates);
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                    array.Add(Value(ref reader, duplicates is null ? "" : $"{path}[{i}]", duplicates));
                return array;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? JsonValue.Create(number) : JsonValue.Create(Finite(reader.GetDouble()));
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            default:
                return null;
        }
    }

    static double Finite(double number) => double.IsFinite(number) ? number : throw new JsonException("readNumberAsString: invalid number");

    static JsonObject Object(ref Utf8JsonReader reader, string path, List<string>? duplicates)
    {
        var obj = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            var at = duplicates is null || path.Length == 0 ? name : $"{path}.{name}";
            if (duplicates is not null && obj.ContainsKey(name))
                duplicates.Add(at);
            reader.Read();
            obj[name] = Value(ref reader, at, duplicates);
        }
        return obj;
    }
}
