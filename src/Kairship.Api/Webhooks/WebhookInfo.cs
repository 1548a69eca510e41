using System.Text.Json.Serialization;

namespace Kairship.Api.Webhooks;

/// <summary>JavaScript expressions over <c>payload</c>, the JSON that was delivered: <c>payload.release.tag_name</c>.</summary>
/// <param name="Images">Image name to the expression that gives its tag.</param>
/// <param name="Revision">Gives the revision's name; null: "r" and its number. Alone: names the existing revision to release.</param>
/// <param name="Source">Gives the manifests, as text.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WebhookValues(IReadOnlyDictionary<string, string>? Images = null, string? Revision = null, string? Source = null);

/// <summary>Lets signed deliveries to POST /hooks/{name} start releases.</summary>
/// <param name="Secret">Shared with the sender, 16 characters at least. Never shown again.</param>
/// <param name="When">An expression that must be true for a delivery to count; null: always.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateWebhookRequest(
    string Name, string Secret, string Application, WebhookValues Values, string? Workflow = null, string? When = null);

public sealed record WebhookInfo(
    string Name, string Application, WebhookValues Values, string? Workflow, string? When, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>What a delivery came to.</summary>
/// <param name="Outcome">"started", "duplicate" (seen before: the release it started then), "ignored" (the hook's condition is false) or "pong".</param>
public sealed record WebhookReceipt(string Outcome, string? Release, string? Detail);
