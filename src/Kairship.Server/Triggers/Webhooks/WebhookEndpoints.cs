using Kairship.Api.Webhooks;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Triggers.Webhooks;

internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").WithTags("Webhooks").RequireAuthorization(Policies.Administer);
        webhooks.MapPost("", CreateAsync).WithSummary("Lets signed deliveries to /hooks/{name} start releases").Audited("webhook.create");
        webhooks.MapGet("", async (WebhookService service, Paging paging, CancellationToken cancellationToken) =>
            TypedResults.Ok(await service.ListAsync(paging, cancellationToken))).WithSummary("All webhooks, without their secrets");
        webhooks.MapDelete("/{name}", async Task<Results<NoContent, ProblemHttpResult>> (string name, WebhookService service, CancellationToken cancellationToken) =>
            await service.RemoveAsync(name, cancellationToken) is { } refusal ? refusal.ToResult() : TypedResults.NoContent())
            .WithSummary("Removes a webhook").Audited("webhook.delete");
    }

    /// <summary>Outside the API: the senders have a secret instead of a key.</summary>
    public static void MapHooks(this IEndpointRouteBuilder app) =>
        app.MapPost("/hooks/{name}", ReceiveAsync).WithTags("Webhooks").WithSummary("A GitHub-signed delivery")
            .WithMetadata(BodyLimit.OneMegabyte).AllowAnonymous().Audited("webhook.deliver");

    private static async Task<Results<Created<WebhookInfo>, ProblemHttpResult>> CreateAsync(
        CreateWebhookRequest request, WebhookService service, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(request.Name, $"application {request.Application}");
        return (await service.CreateAsync(request, Caller.NameOf(context.User), cancellationToken)).ToCreated(w => $"/api/v1/webhooks/{w.Name}");
    }

    private static async Task<Results<Ok<WebhookReceipt>, ProblemHttpResult>> ReceiveAsync(
        string name, WebhookReceiver receiver, HttpContext context, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        var headers = context.Request.Headers;
        var answer = await receiver.ReceiveAsync(
            new Delivery(name, body.ToArray(), headers[WebhookSignature.Header], headers["X-GitHub-Delivery"], headers["X-GitHub-Event"]), cancellationToken);
        if (answer.Refusal is not { Status: StatusCodes.Status401Unauthorized })
        {
            context.AuditAs($"webhook:{name}");
            context.AuditSubject(answer.Value?.Release ?? name, answer.Value?.Outcome);
        }

        return answer.ToOk();
    }
}
