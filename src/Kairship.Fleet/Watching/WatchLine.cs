using System.Text.Json;

namespace Kairship.Fleet.Watching;

internal enum WatchLineType
{
    /// <summary>No event: cut off in the middle, or something that does not belong there.</summary>
    Garbage,
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>One line of a watch's stream.</summary>
/// <param name="Object">Of Added, Modified and Deleted.</param>
/// <param name="ResourceVersion">Of a Bookmark.</param>
/// <param name="Code">Of an Error, from its Status.</param>
internal readonly record struct WatchLine(WatchLineType Type, WatchedObject? Object = null, string? ResourceVersion = null, int Code = 0, string? Message = null)
{
    public static WatchLine Read(ReadOnlySpan<byte> line, ObjectReader objects)
    {
        try
        {
            return ReadEvent(line, objects);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return new WatchLine(WatchLineType.Garbage, Message: exception.Message);
        }
    }

    private static WatchLine ReadEvent(ReadOnlySpan<byte> line, ObjectReader objects)
    {
        // Servers send the type first; where one does not, it is looked for before the object is read.
        var type = TypeOf(line);
        var reader = new Utf8JsonReader(line);
        var result = new WatchLine(WatchLineType.Garbage, Message: "an event without type or object");
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (!isObject || type == WatchLineType.Garbage)
            {
                reader.Skip();
                continue;
            }

            result = type switch
            {
                WatchLineType.Error => ReadStatus(ref reader),
                WatchLineType.Bookmark => new WatchLine(type, ResourceVersion: ReadVersion(ref reader)),
                _ => new WatchLine(type, objects.Read(ref reader, line)),
            };
        }

        // A line must be one whole document: half an event may look like a whole one up to some point.
        return reader.Read() ? throw new JsonException("more than one document in a line") : result;
    }

    private static WatchLineType TypeOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
            {
                return reader.ValueTextEquals("ADDED"u8) ? WatchLineType.Added
                    : reader.ValueTextEquals("MODIFIED"u8) ? WatchLineType.Modified
                    : reader.ValueTextEquals("DELETED"u8) ? WatchLineType.Deleted
                    : reader.ValueTextEquals("BOOKMARK"u8) ? WatchLineType.Bookmark
                    : reader.ValueTextEquals("ERROR"u8) ? WatchLineType.Error
                    : WatchLineType.Garbage;
            }

            reader.Skip();
        }

        return WatchLineType.Garbage;
    }

    private static WatchLine ReadStatus(ref Utf8JsonReader reader)
    {
        using var status = JsonDocument.ParseValue(ref reader);
        var root = status.RootElement;
        var code = root.TryGetProperty("code", out var number) && number.TryGetInt32(out var value) ? value : 0;
        return new WatchLine(WatchLineType.Error, Code: code, Message: Text(root, "message") ?? Text(root, "reason") ?? "no reason given");
    }

    private static string? ReadVersion(ref Utf8JsonReader reader)
    {
        using var mark = JsonDocument.ParseValue(ref reader);
        return mark.RootElement.TryGetProperty("metadata", out var metadata) ? Text(metadata, "resourceVersion") : null;
    }

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
