using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>What became of a migration.</summary>
/// <param name="Report">What it does, or what stands against it; null when that was not looked at.</param>
public sealed record MigrationResult(OperationOutcome Outcome, MigrationReport? Report, string? Reason = null);

/// <content>Instances that go over to another version of their definition.</content>
public sealed partial class WorkflowRuntime
{
    private const int MaxMigratedAtOnce = 10_000;

    /// <summary>
    /// Lets an instance go on as another version: checked now, durable when this returns, checked again and carried out at the instance's next commit boundary. A line
    /// "Migrated" or "CommandRefused" in its journal says what came of it. Suspended, paused, faulted and running instances alike; nothing that completed runs again.
    /// </summary>
    /// <param name="plan">Null: every activity has the id that it had.</param>
    /// <param name="dryRun">Only look: the report says what would be done.</param>
    public async Task<MigrationResult> MigrateAsync(string instanceId, string targetVersionId, MigrationPlan? plan, bool dryRun, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(instanceId, cancellationToken) is not { } record)
        {
            return new MigrationResult(OperationOutcome.NotFound, null, $"There is no instance '{instanceId}'.");
        }

        if (record.Status is InstanceStatus.Finished or InstanceStatus.Cancelled)
        {
            return new MigrationResult(OperationOutcome.Finished, null, $"The instance is {record.Status}.");
        }

        var (graph, state, problem) = await LoadAsync(record);
        if (problem is not null)
        {
            return new MigrationResult(OperationOutcome.Refused, null, problem);
        }

        var (to, missing) = await TargetAsync(targetVersionId, cancellationToken);
        if (to is null)
        {
            return new MigrationResult(OperationOutcome.Refused, null, missing);
        }

        var (report, _) = Migration.Of(graph!, to, state!, plan ?? MigrationPlan.SameIds);
        if (!report.IsPossible || dryRun)
        {
            return new MigrationResult(report.IsPossible ? OperationOutcome.Applied : OperationOutcome.Refused, report);
        }

        var activities = plan is null ? null : plan.Activities.ToDictionary();
        var posted = await CommandAsync(instanceId, new InstanceCommand.Migrate(targetVersionId) { Activities = activities }, NewKey(), cancellationToken);
        return posted switch
        {
            PostOutcome.NotFound => new MigrationResult(OperationOutcome.NotFound, report, $"There is no instance '{instanceId}'."),
            PostOutcome.Finished => new MigrationResult(OperationOutcome.Finished, report, "The instance has ended."),
            PostOutcome.Posted or PostOutcome.Duplicate => new MigrationResult(OperationOutcome.Applied, report),
            _ => new MigrationResult(OperationOutcome.Refused, report, $"The instance takes no more messages now ({posted})."),
        };
    }

    /// <summary>All instances of one version that are not over, one by one, at most 10,000. Each is migrated or refused for itself.</summary>
    public async Task<IReadOnlyDictionary<string, MigrationResult>> MigrateAllAsync(
        string definitionId, int version, string targetVersionId, MigrationPlan? plan, bool dryRun, CancellationToken cancellationToken)
    {
        InstanceStatus[] open = [InstanceStatus.Pending, InstanceStatus.Executing, InstanceStatus.Suspended, InstanceStatus.Paused, InstanceStatus.Faulted];
        var filter = new InstanceFilter(definitionId, Statuses: open, DefinitionVersion: version);
        var ids = new List<string>();
        Page<InstanceRecord> page;
        do
        {
            page = await store.ListInstancesAsync(filter, new PageRequest(ids.Count, 1000), cancellationToken);
            ids.AddRange(page.Items.Select(i => i.Id));
        }
        while (page.Items.Count > 0 && ids.Count < MaxMigratedAtOnce);

        var results = new Dictionary<string, MigrationResult>();
        foreach (var id in ids)
        {
            results[id] = await MigrateAsync(id, targetVersionId, plan, dryRun, cancellationToken);
        }

        return results;
    }

    /// <summary>A version that instances may run by: no draft, whose content may still change.</summary>
    private async Task<(Definitions.WorkflowGraph? Graph, string? Problem)> TargetAsync(string versionId, CancellationToken cancellationToken)
    {
        if (await store.GetDefinitionVersionAsync(versionId, cancellationToken) is not { } record)
        {
            return (null, $"There is no version with the id '{versionId}'.");
        }

        if (Definitions.DefinitionChange.IsDraft(record))
        {
            return (null, $"Version {record.Version} of '{record.DefinitionId}' is a draft: publish it first.");
        }

        var compiled = await catalog.CompileAsync(record, cancellationToken);
        return (compiled.Graph, compiled.Succeeded ? null : $"Version {record.Version} of '{record.DefinitionId}' does not compile: {Errors(compiled.Problems)}");
    }
}
