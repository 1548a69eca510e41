using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Server.Problems;
using Kairship.Workflows.Expressions;

namespace Kairship.Server.Triggers.Http;

/// <summary>A body as a value, by its type: JSON, a form, or text.</summary>
internal static class HttpContentReader
{
    /// <summary>The instance holds it in its snapshot.</summary>
    public const long DefaultLimit = 512 * 1024;

    public const long MaxLimit = 5 * 1024 * 1024;

    private const int MaxFields = 1000;

    public static async Task<(JsonNode? Content, Refusal? Refusal)> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return (null, TooLarge(limit));
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > limit)
            {
                return (null, TooLarge(limit));
            }

            body.Write(buffer, 0, read);
        }

        return body.Length == 0 ? (null, null) : Parse(body.GetBuffer().AsSpan(0, (int)body.Length), request.ContentType);
    }

    private static (JsonNode?, Refusal?) Parse(ReadOnlySpan<byte> body, string? contentType)
    {
        var type = contentType?.Split(';')[0].Trim().ToLowerInvariant() ?? "text/plain";
        try
        {
            return type switch
            {
                "application/json" or "text/json" => (Json(body), null),
                "application/x-www-form-urlencoded" => (Form(Encoding.UTF8.GetString(body)), null),
                _ when type.EndsWith("+json", StringComparison.Ordinal) => (Json(body), null),
                _ when type.StartsWith("text/", StringComparison.Ordinal) || type.EndsWith("xml", StringComparison.Ordinal) || type.EndsWith("yaml", StringComparison.Ordinal) =>
                    (JsonValue.Create(Encoding.UTF8.GetString(body)), null),
                _ => (null, new Refusal(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON, a URL-encoded form, or text. Files are not taken here.")),
            };
        }
        catch (JsonException e)
        {
            return (null, Refusal.BadRequest($"The body is not JSON as its Content-Type says: line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}."));
        }
    }

    private static JsonNode? Json(ReadOnlySpan<byte> body) =>
        WellFormedJson.Checked(JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false }), isSuspect: true);

    private static JsonObject Form(string text)
    {
        var form = new JsonObject();
        foreach (var (name, values) in Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(text).Take(MaxFields))
        {
            form[name] = HttpValues.Of(values);
        }

        return form;
    }

    private static Refusal TooLarge(long limit) => new(StatusCodes.Status413PayloadTooLarge, $"The body is larger than the {limit} bytes that this endpoint takes.");
}

/// <summary>Query strings, forms and headers as JSON.</summary>
internal static class HttpValues
{
    // Credentials do not belong into a snapshot.
    private static readonly string[] Secret = ["Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key"];

    public static JsonNode? Of(Microsoft.Extensions.Primitives.StringValues values) =>
        values.Count == 1 ? JsonValue.Create(values[0]) : new JsonArray([.. values.Select(v => JsonValue.Create(v))]);

    public static JsonObject Query(HttpRequest request) => new(request.Query.Select(q => KeyValuePair.Create(q.Key, Of(q.Value))));

    public static JsonObject Headers(HttpRequest request) => new(request.Headers
        .Where(h => !Secret.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).Select(h => KeyValuePair.Create(h.Key, Of(h.Value))));
}
