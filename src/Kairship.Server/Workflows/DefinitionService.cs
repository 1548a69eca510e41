using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Elsa.Definitions;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>What a change came to, for the audit and for the caller.</summary>
internal readonly record struct ToldChange(DefinitionResult Result)
{
    public Answer<ChangedWorkflow> Answer => DefinitionService.Of(Result);
}

/// <summary>Drafts, publishing, versions, export, migration.</summary>
internal sealed class DefinitionService(IWorkflowStore store, DefinitionCatalog catalog, WorkflowRuntime runtime)
{
    public async Task<ToldChange> SaveDraftAsync(string id, string json, string? expected, CancellationToken cancellationToken) =>
        new(await catalog.SaveDraftAsync(new SaveDraft { DefinitionId = id, Json = DraftRevision.Without(json), Expected = expected, Publish = false }, cancellationToken));

    public async Task<ToldChange> PublishAsync(string id, string? expected, CancellationToken cancellationToken) =>
        new(await catalog.PublishAsync(id, expected, cancellationToken));

    public async Task<ToldChange> RetractAsync(string id, CancellationToken cancellationToken) => new(await catalog.RetractAsync(id, cancellationToken));

    public async Task<ToldChange> RevertAsync(string id, int version, CancellationToken cancellationToken) =>
        new(await catalog.RevertAsync(id, version, cancellationToken));

    /// <summary>The refusal, or null when it is done.</summary>
    public async Task<Refusal?> DeleteAsync(string id, int? version, CancellationToken cancellationToken) =>
        Of(version is { } number ? await catalog.DeleteVersionAsync(id, number, cancellationToken) : await catalog.DeleteAsync(id, cancellationToken)).Refusal;

    public async Task<Answer<PageOf<WorkflowInfo>>> ListVersionsAsync(string id, Paging paging, CancellationToken cancellationToken)
    {
        var page = await catalog.ListVersionsAsync(id, new PageRequest(paging.Skip, paging.Take), cancellationToken);
        return page.Total == 0 ? Refusal.NotFound($"There is no workflow '{id}'.") : new PageOf<WorkflowInfo>([.. page.Items.Select(WorkflowInfos.Of)], page.Total);
    }

    public async Task<WorkflowCheck> ValidateAsync(string json, CancellationToken cancellationToken)
    {
        var result = await catalog.ValidateAsync(json, cancellationToken);
        return new WorkflowCheck(
            result.Succeeded, [.. result.Problems.Select(p => new WorkflowProblem(p.IsError ? "error" : "warning", p.Code, p.ActivityId, p.Property, p.Message))]);
    }

    /// <summary>The latest version of each definition as a zip.</summary>
    /// <param name="ids">Separated by commas; null: all, at most as many as can be read again.</param>
    public async Task<(byte[]? Zip, Refusal? Refusal)> ExportAsync(string? ids, CancellationToken cancellationToken)
    {
        if (ids is null)
        {
            var all = await store.ListDefinitionsAsync(new DefinitionFilter(Latest: true), new PageRequest(0, DefinitionBundle.MaxDefinitions), cancellationToken);
            return (DefinitionBundle.WriteZip(all.Items.OrderBy(d => d.DefinitionId, StringComparer.Ordinal)), null);
        }

        var versions = new List<DefinitionRecord>();
        foreach (var id in ids.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().Take(DefinitionBundle.MaxDefinitions))
        {
            if (await store.FindDefinitionAsync(id, VersionOption.LatestOnly, cancellationToken) is not { } found)
            {
                return (null, Refusal.NotFound($"There is no workflow '{id}'."));
            }

            versions.Add(found);
        }

        return (DefinitionBundle.WriteZip(versions), null);
    }

    public async Task<Answer<MigrationInfo>> MigrateAsync(string instanceId, MigrateRequest request, bool dryRun, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(instanceId, cancellationToken) is not { } instance)
        {
            return Refusal.NotFound($"There is no workflow instance '{instanceId}'.");
        }

        if (await store.FindDefinitionAsync(instance.DefinitionId, VersionOption.Exactly(request.Version), cancellationToken) is not { } target)
        {
            return Refusal.Unprocessable($"There is no version {request.Version} of workflow '{instance.DefinitionId}'.");
        }

        var plan = request.Activities is { } activities ? new MigrationPlan(activities) : null;
        var result = await runtime.MigrateAsync(instanceId, target.VersionId, plan, dryRun, cancellationToken);
        var report = result.Report;
        IReadOnlyList<ProblemError> problems = report is null ? [] : [.. report.Problems.Select(p => new ProblemError(p.ActivityId is null ? "" : $"activity {p.ActivityId}", p.Message))];
        return result.Outcome switch
        {
            OperationOutcome.NotFound => Refusal.NotFound(result.Reason!),
            OperationOutcome.Finished => Refusal.Conflict(result.Reason!),
            OperationOutcome.Refused when report is null || result.Reason is not null => Refusal.Conflict(result.Reason ?? "It cannot be migrated as it is now."),
            OperationOutcome.Refused when !dryRun => Refusal.Unprocessable($"Instance {instanceId} cannot go on as version {request.Version}: each problem names the activity.", problems),
            _ => new MigrationInfo(instanceId, report!.IsPossible, report.IsPossible && !dryRun, report.FromVersion, report.ToVersion, problems, report.Notes),
        };
    }

    internal static Answer<ChangedWorkflow> Of(DefinitionResult result) => result.Outcome switch
    {
        DefinitionOutcome.Done or DefinitionOutcome.Unchanged => new ChangedWorkflow(
            WorkflowInfos.Of(result.Definition!), result.Outcome == DefinitionOutcome.Done, [.. result.Problems.Where(p => !p.IsError).Select(WorkflowInfos.Of)]),
        DefinitionOutcome.NotFound => Refusal.NotFound(result.Reason!),
        DefinitionOutcome.Invalid => Refusal.Unprocessable(result.Reason!, [.. result.Problems.Where(p => p.IsError).Select(WorkflowInfos.Of)]),
        _ => Refusal.Conflict(result.Reason!),
    };
}
