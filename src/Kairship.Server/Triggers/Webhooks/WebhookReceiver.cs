using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api.Webhooks;
using Kairship.Delivery.Releases;
using Kairship.Server.Problems;
using Kairship.Server.Releases;
using Kairship.Storage.Access;

namespace Kairship.Server.Triggers.Webhooks;

/// <summary>One signed delivery. The body is raw: the signature is over its bytes.</summary>
internal sealed record Delivery(string Hook, byte[] Body, string? Signature, string? DeliveryId, string? Event);

/// <summary>
/// Turns deliveries into releases. A signature comes first: without it nothing is read, and an unknown hook is told apart from a wrong
/// secret neither by the answer nor by the work done.
/// </summary>
internal sealed partial class WebhookReceiver(
    AccessStore access, IDeliveryStore delivery, WebhookService webhooks, WebhookExpressions expressions, ReleaseStarter starter, ILogger<WebhookReceiver> logger)
{
    private const int MaxDeliveryId = 200;

    /// <summary>Signed against when the hook is unknown, so that the same work is done.</summary>
    private static readonly byte[] NobodysSecret = RandomNumberGenerator.GetBytes(32);

    public async Task<Answer<WebhookReceipt>> ReceiveAsync(Delivery sent, CancellationToken cancellationToken)
    {
        var hook = await access.GetWebhookAsync(sent.Hook, cancellationToken);
        if (!WebhookSignature.IsValid(hook is null ? NobodysSecret : webhooks.SecretOf(hook), sent.Body, sent.Signature) || hook is null)
        {
            Unsigned(sent.Hook);
            return new Refusal(
                StatusCodes.Status401Unauthorized,
                $"The signature is missing or wrong: {WebhookSignature.Header} must be sha256= and the HMAC-SHA256 of the raw body by the secret of a webhook of this name.");
        }

        if (Parse(sent.Body) is not { } payload)
        {
            return Refusal.BadRequest("The body is not a JSON object: set the webhook's content type to application/json.");
        }

        if (sent.Event == "ping")
        {
            return new WebhookReceipt("pong", null, null);
        }

        if (sent.DeliveryId is not { Length: > 0 and <= MaxDeliveryId })
        {
            return Refusal.BadRequest($"X-GitHub-Delivery is missing (or longer than {MaxDeliveryId}): it is what tells a repeated delivery from a new one.");
        }

        return await StartAsync(hook, sent.DeliveryId, payload, cancellationToken);
    }

    private async Task<Answer<WebhookReceipt>> StartAsync(Webhook hook, string deliveryId, JsonObject payload, CancellationToken cancellationToken)
    {
        var key = $"webhook:{hook.Name}:{deliveryId}";
        if (await delivery.FindStartedReleaseAsync(key, cancellationToken) is { } before)
        {
            return new WebhookReceipt("duplicate", before.Id, "This delivery was taken before.");
        }

        if (!expressions.Applies(hook.Name, hook.When, payload))
        {
            return new WebhookReceipt("ignored", null, "The webhook's condition is not true for this payload.");
        }

        var wanted = expressions.Read(hook.Name, WebhookService.ValuesOf(hook), payload);
        var answer = await starter.StartAsync(
            new ReleaseOrder(hook.Application, wanted.Source, wanted.Images, wanted.Revision, hook.Workflow, $"webhook:{hook.Name}", key), cancellationToken);
        return answer.Refusal is { } refusal ? refusal : new WebhookReceipt("started", answer.Granted.Id, null);
    }

    private static JsonObject? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 64 }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A delivery to hook {Hook} has no valid signature")]
    private partial void Unsigned(string hook);
}
