using System.Net.Http.Json;
using System.Text;
using Kairship.Api.Workflows;

namespace Kairship.Api;

/// <summary>Drafts, versions, export, migration.</summary>
public sealed partial class KairshipClient
{
    /// <summary>Saves a draft, broken or not. <paramref name="expected"/> is the content hash of what was edited ("*": whatever is there); somebody else's changes are a 409.</summary>
    public async Task<ChangedWorkflow> SaveDraftAsync(string definitionId, string json, string? expected = null, CancellationToken cancellationToken = default)
    {
        using var response = await RequestAsync(
            HttpMethod.Put, $"workflows/{Escape(definitionId)}/draft", new StringContent(json, Encoding.UTF8, "application/json"),
            expected is null ? [] : [("If-Match", expected == "*" ? "*" : $"\"{expected}\"")], cancellationToken);
        return await ReadAsync<ChangedWorkflow>(response, cancellationToken);
    }

    /// <summary>Publishes the latest version. Problems are refused with 422.</summary>
    public Task<ChangedWorkflow> PublishWorkflowAsync(string definitionId, CancellationToken cancellationToken = default) =>
        PostAsync<ChangedWorkflow>($"workflows/{Escape(definitionId)}/publish", null, cancellationToken);

    /// <summary>Nothing starts by it any more; what runs goes on.</summary>
    public Task<ChangedWorkflow> RetractWorkflowAsync(string definitionId, CancellationToken cancellationToken = default) =>
        PostAsync<ChangedWorkflow>($"workflows/{Escape(definitionId)}/retract", null, cancellationToken);

    /// <summary>A new draft with the content of an older version.</summary>
    public Task<ChangedWorkflow> RevertWorkflowAsync(string definitionId, int version, CancellationToken cancellationToken = default) =>
        PostAsync<ChangedWorkflow>($"workflows/{Escape(definitionId)}/revert/{version}", null, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<PageOf<WorkflowInfo>> ListWorkflowVersionsAsync(string definitionId, int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<WorkflowInfo>>(Query($"workflows/{Escape(definitionId)}/versions", ("skip", skip), ("take", take)), cancellationToken);

    /// <summary>What a version (the latest) changes of another one (the published one; of that, the one before it).</summary>
    public Task<WorkflowDifference> DiffWorkflowAsync(string definitionId, int? from = null, int? to = null, CancellationToken cancellationToken = default) =>
        GetAsync<WorkflowDifference>(Query($"workflows/{Escape(definitionId)}/diff", ("from", from), ("to", to)), cancellationToken);

    /// <summary>Checks a definition without saving it.</summary>
    public Task<WorkflowCheck> ValidateWorkflowAsync(string json, CancellationToken cancellationToken = default) =>
        SendAsync<WorkflowCheck>(HttpMethod.Post, "workflows/validate", new StringContent(json, Encoding.UTF8, "application/json"), cancellationToken);

    /// <summary>What the check at publishing says of the latest version, or of another one.</summary>
    public Task<WorkflowProblems> ListWorkflowProblemsAsync(string definitionId, int? version = null, CancellationToken cancellationToken = default) =>
        GetAsync<WorkflowProblems>(Query($"workflows/{Escape(definitionId)}/problems", ("version", version)), cancellationToken);

    /// <summary>Deletes a definition, or one version of it; a 409 while instances need it.</summary>
    public Task DeleteWorkflowAsync(string definitionId, int? version = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(Query($"workflows/{Escape(definitionId)}", ("version", version)), cancellationToken);

    /// <summary>The latest version of each definition (of all when none is named) as a zip.</summary>
    public async Task<byte[]> ExportWorkflowsAsync(IReadOnlyList<string> definitionIds, CancellationToken cancellationToken = default)
    {
        using var response = await RequestAsync(HttpMethod.Get, Query("workflow-export", ("ids", definitionIds.Count == 0 ? null : string.Join(',', definitionIds))), null, [], cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Takes an instance to another version of its definition, or says what stands against it.</summary>
    public async Task<MigrationInfo> MigrateInstanceAsync(string instanceId, MigrateRequest request, bool dryRun = false, CancellationToken cancellationToken = default) =>
        await SendAsync<MigrationInfo>(
            HttpMethod.Post, Query($"instances/{Escape(instanceId)}/migrate", ("dryRun", dryRun)), JsonContent.Create(request, options: WireJson.Options), cancellationToken);

    /// <summary>Imports and publishes all definitions of a zip or a JSON array. Each stands for itself: one that is refused does not stop the others.</summary>
    public Task<PageOf<ImportedEntry>> ImportWorkflowsAsync(byte[] bundle, CancellationToken cancellationToken = default) =>
        SendAsync<PageOf<ImportedEntry>>(HttpMethod.Post, "workflow-import", new ByteArrayContent(bundle), cancellationToken);
}
