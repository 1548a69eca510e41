using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kairship.Api;
using Kairship.Api.Webhooks;
using Kairship.Delivery.Releases;
using Kairship.Server.Applications;
using Kairship.Server.Problems;
using Kairship.Server.Releases;
using Kairship.Server.Workflows;
using Kairship.Storage.Access;
using Microsoft.AspNetCore.DataProtection;

namespace Kairship.Server.Triggers.Webhooks;

/// <summary>Making, listing and removing webhooks.</summary>
internal sealed partial class WebhookService(
    AccessStore access, IDeliveryStore delivery, WebhookExpressions expressions, WorkflowLookup workflows, IDataProtectionProvider protection, TimeProvider time)
{
    private const int MinSecret = 16;
    private const int MaxSecret = 200;

    private readonly IDataProtector protector = protection.CreateProtector("Kairship.Webhook.Secret");

    public async Task<Answer<WebhookInfo>> CreateAsync(CreateWebhookRequest request, string by, CancellationToken cancellationToken)
    {
        var errors = Check(request);
        if (errors.Count > 0)
        {
            return Refusal.Unprocessable("The webhook cannot be made like this.", errors);
        }

        if (await delivery.GetApplicationAsync(request.Application, cancellationToken) is null)
        {
            return Refusal.Unprocessable(
                "The webhook cannot be made like this.", [new ProblemError("application", ApplicationService.Unknown(request.Application).Detail)]);
        }

        if (request.Workflow is not null && await workflows.MissingAsync(request.Workflow, cancellationToken) is { } missing)
        {
            return missing;
        }

        var webhook = new Webhook(
            request.Name, request.Application, request.Workflow, request.When, JsonSerializer.Serialize(request.Values, WireJson.Options),
            protector.Protect(Encoding.UTF8.GetBytes(request.Secret)), by, time.GetUtcNow());
        return await access.AddWebhookAsync(webhook, cancellationToken)
            ? Info(webhook)
            : Refusal.Conflict($"There is a webhook called '{request.Name}' already: delete it first, or choose another name.");
    }

    public async Task<PageOf<WebhookInfo>> ListAsync(Paging paging, CancellationToken cancellationToken) =>
        paging.Cut<WebhookInfo>([.. (await access.ListWebhooksAsync(cancellationToken)).Select(Info)]);

    public async Task<Refusal?> RemoveAsync(string name, CancellationToken cancellationToken) =>
        await access.RemoveWebhookAsync(name, cancellationToken) ? null : Refusal.NotFound($"There is no webhook '{name}'.");

    /// <summary>The secret in clear, for checking a signature.</summary>
    public byte[] SecretOf(Webhook webhook) => protector.Unprotect(webhook.ProtectedSecret);

    public static WebhookValues ValuesOf(Webhook webhook) => JsonSerializer.Deserialize<WebhookValues>(webhook.Values, WireJson.Options)!;

    private List<ProblemError> Check(CreateWebhookRequest request)
    {
        List<ProblemError> errors = [];
        if (!Name().IsMatch(request.Name ?? ""))
        {
            errors.Add(new ProblemError("name", "must be 1 to 63 lower-case letters, digits and dashes: it is the last part of the address /hooks/{name}"));
        }

        if (request.Secret is not { Length: >= MinSecret and <= MaxSecret })
        {
            errors.Add(new ProblemError("secret", $"must have {MinSecret} to {MaxSecret} characters, the same as the sender has: openssl rand -hex 32"));
        }

        if (string.IsNullOrEmpty(request.Application))
        {
            errors.Add(new ProblemError("application", "must name the application that is released"));
        }

        if (request.Values is null)
        {
            errors.Add(new ProblemError("values", "must say what to release: images, source, or the revision that exists"));
        }
        else
        {
            errors.AddRange(expressions.Check(request.Values, request.When));
        }

        return errors;
    }

    private static WebhookInfo Info(Webhook webhook) =>
        new(webhook.Name, webhook.Application, ValuesOf(webhook), webhook.Workflow, webhook.When, webhook.CreatedBy, webhook.CreatedAt);

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
