using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Server.Problems;
using Kairship.Workflows.Expressions;

namespace Kairship.Server.Triggers;

/// <summary>A body that is any JSON, or nothing.</summary>
internal sealed record JsonPayload(JsonNode? Value)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public static async Task<Answer<JsonPayload>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        if (body.Length == 0)
        {
            return new JsonPayload((JsonNode?)null);
        }

        try
        {
            return new JsonPayload(WellFormedJson.Checked(JsonNode.Parse(body.ToArray(), documentOptions: Options), isSuspect: true));
        }
        catch (JsonException e)
        {
            return Refusal.BadRequest($"The body is not JSON (or nested deeper than {Options.MaxDepth}, or has a name twice): {e.Message}");
        }
    }
}
