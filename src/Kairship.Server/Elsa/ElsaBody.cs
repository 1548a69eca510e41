using System.Text.Json;

namespace Kairship.Server.Elsa;

/// <summary>Bodies as Elsa's clients send them: names that are not known here are let be, no body at all is an empty one.</summary>
internal static class ElsaBody
{
    private static readonly JsonSerializerOptions Options = new(ElsaJson.Options) { AllowDuplicateProperties = false };

    /// <exception cref="JsonException">It is not JSON, or a value has the wrong type, or a name is there twice.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, CancellationToken cancellationToken)
        where T : class, new()
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        return body.Length == 0 ? new T() : JsonSerializer.Deserialize<T>(body.GetBuffer().AsSpan(0, (int)body.Length), Options) ?? new T();
    }
}
