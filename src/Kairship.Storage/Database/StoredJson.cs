using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kairship.Storage.Database;

/// <summary>What has no columns of its own is kept as JSON. Enums by name, so that a new one in the middle changes nothing that is stored.</summary>
internal static class StoredJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
        MaxDepth = 256,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="InvalidOperationException">The text is no <typeparamref name="T"/>: somebody changed the database by hand.</exception>
    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException broken)
        {
            throw new InvalidOperationException($"A stored {typeof(T).Name} cannot be read: {broken.Message}", broken);
        }
    }
}
