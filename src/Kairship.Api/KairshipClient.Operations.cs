using System.Net.Http.Json;
using System.Text;
using Kairship.Api.Access;
using Kairship.Api.Audit;
using Kairship.Api.Webhooks;
using Kairship.Api.Workflows;

namespace Kairship.Api;

/// <summary>Workflows, instances, webhooks, keys, audit.</summary>
public sealed partial class KairshipClient
{
    /// <summary>The latest version of every definition.</summary>
    public Task<PageOf<WorkflowInfo>> ListWorkflowsAsync(int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<WorkflowInfo>>(Query("workflows", ("skip", skip), ("take", take)), cancellationToken);

    /// <summary>The definition as Elsa 3 JSON; null version: the latest.</summary>
    public async Task<string> GetWorkflowAsync(string definitionId, int? version = null, CancellationToken cancellationToken = default)
    {
        using var response = await RequestAsync(
            HttpMethod.Get, Query($"workflows/{Escape(definitionId)}", ("version", version)), null, [], cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Imports and publishes a definition (Elsa 3 JSON). Problems are refused with 422, each pointing at activity and property.</summary>
    public Task<ImportedWorkflow> PushWorkflowAsync(string json, CancellationToken cancellationToken = default) =>
        SendAsync<ImportedWorkflow>(HttpMethod.Put, "workflows", new StringContent(json, Encoding.UTF8, "application/json"), cancellationToken);

    /// <summary>Starts an instance. The same idempotency key twice starts one.</summary>
    public async Task<InstanceInfo> RunWorkflowAsync(
        string definitionId, RunWorkflowRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var response = await RequestAsync(
            HttpMethod.Post, $"workflows/{Escape(definitionId)}/run", JsonContent.Create(request, options: WireJson.Options),
            idempotencyKey is null ? [] : [("Idempotency-Key", idempotencyKey)], cancellationToken);
        return await ReadAsync<InstanceInfo>(response, cancellationToken);
    }

    /// <summary>How the files of the server's workflow folder were taken.</summary>
    public Task<PageOf<WorkflowFileInfo>> ListWorkflowFilesAsync(CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<WorkflowFileInfo>>("workflow-files", cancellationToken);

    /// <summary>Newest first. <paramref name="status"/> as in <see cref="InstanceInfo.Status"/>.</summary>
    public Task<PageOf<InstanceInfo>> ListInstancesAsync(
        string? definitionId = null, string? correlationId = null, string? status = null, int skip = 0, int take = 100,
        CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<InstanceInfo>>(
            Query("instances", ("definition", definitionId), ("correlationId", correlationId), ("status", status), ("skip", skip), ("take", take)),
            cancellationToken);

    public Task<InstanceDetail> GetInstanceAsync(string instanceId, CancellationToken cancellationToken = default) =>
        GetAsync<InstanceDetail>($"instances/{Escape(instanceId)}", cancellationToken);

    public Task<PageOf<JournalLine>> GetJournalAsync(string instanceId, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<JournalLine>>(Query($"instances/{Escape(instanceId)}/journal", ("skip", skip), ("take", take)), cancellationToken);

    public Task<InstanceInfo> CancelInstanceAsync(string instanceId, CancellationToken cancellationToken = default) =>
        PostAsync<InstanceInfo>($"instances/{Escape(instanceId)}/cancel", null, cancellationToken);

    /// <summary>Runs what faulted again, or one activity of it; or lifts a quarantine.</summary>
    public Task<InstanceInfo> RetryInstanceAsync(string instanceId, string? activity = null, CancellationToken cancellationToken = default) =>
        PostAsync<InstanceInfo>($"instances/{Escape(instanceId)}/retry", activity is null ? null : new RetryInstanceRequest(activity), cancellationToken);

    public Task<InstanceInfo> PauseInstanceAsync(string instanceId, CancellationToken cancellationToken = default) =>
        PostAsync<InstanceInfo>($"instances/{Escape(instanceId)}/pause", null, cancellationToken);

    public Task<InstanceInfo> ResumeInstanceAsync(string instanceId, CancellationToken cancellationToken = default) =>
        PostAsync<InstanceInfo>($"instances/{Escape(instanceId)}/resume", null, cancellationToken);

    /// <summary>Ends an activity as if it had completed, without doing it.</summary>
    public Task<InstanceInfo> SkipActivityAsync(string instanceId, SkipActivityRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<InstanceInfo>($"instances/{Escape(instanceId)}/skip", request, cancellationToken);

    public Task<InstanceInfo> SetVariableAsync(string instanceId, string name, SetVariableRequest request, CancellationToken cancellationToken = default) =>
        SendAsync<InstanceInfo>(HttpMethod.Put, $"instances/{Escape(instanceId)}/variables/{Escape(name)}", JsonContent.Create(request, options: WireJson.Options), cancellationToken);

    public Task<WebhookInfo> CreateWebhookAsync(CreateWebhookRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<WebhookInfo>("webhooks", request, cancellationToken);

    public Task<PageOf<WebhookInfo>> ListWebhooksAsync(CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<WebhookInfo>>("webhooks", cancellationToken);

    public Task DeleteWebhookAsync(string name, CancellationToken cancellationToken = default) =>
        DeleteAsync($"webhooks/{Escape(name)}", cancellationToken);

    public Task<CreatedKey> CreateKeyAsync(CreateKeyRequest request, CancellationToken cancellationToken = default) =>
        PostAsync<CreatedKey>("keys", request, cancellationToken);

    /// <summary>A link that signs a browser in once, as this client's key.</summary>
    public Task<SignInLink> MakeSignInLinkAsync(CancellationToken cancellationToken = default) => PostAsync<SignInLink>("sign-in-links", null, cancellationToken);

    public Task<PageOf<KeyInfo>> ListKeysAsync(CancellationToken cancellationToken = default) => GetAsync<PageOf<KeyInfo>>("keys", cancellationToken);

    public Task RevokeKeyAsync(string id, CancellationToken cancellationToken = default) => DeleteAsync($"keys/{Escape(id)}", cancellationToken);

    public Task<IdentityInfo> WhoAmIAsync(CancellationToken cancellationToken = default) => GetAsync<IdentityInfo>("whoami", cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<PageOf<AuditLine>> ListAuditAsync(int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<AuditLine>>(Query("audit", ("skip", skip), ("take", take)), cancellationToken);
}
