using System.Text.Json.Nodes;
using Kairship.Server.Audit;
using Kairship.Server.Elsa;
using Kairship.Server.Elsa.Definitions;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;

namespace Kairship.Server.Workflows;

internal sealed record BundleOutcome(BundleEntry Entry, ImportResult Result);

/// <summary>Imports what callers bring. A definition may use another one of the same bundle, whatever their order: what was refused is tried again while anything moves.</summary>
internal sealed class BundleImport(DefinitionCatalog catalog)
{
    /// <summary>Publishes everything.</summary>
    public static bool Always(WorkflowDefinition document) => true;

    /// <summary>Publishes what says that it is published: an export comes in as it went out.</summary>
    public static bool AsMarked(WorkflowDefinition document) => document.IsPublished;

    public Task<ImportResult> OneAsync(WorkflowDefinition document, CancellationToken cancellationToken) => OneAsync(document, AsMarked, cancellationToken);

    public async Task<IReadOnlyList<BundleOutcome>> ManyAsync(IReadOnlyList<BundleEntry> entries, Func<WorkflowDefinition, bool> publishes, CancellationToken cancellationToken)
    {
        var outcomes = new BundleOutcome?[entries.Count];
        for (var moved = true; moved;)
        {
            moved = false;
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i]?.Result.Succeeded != true)
                {
                    outcomes[i] = new BundleOutcome(entries[i], await EntryAsync(entries[i], publishes, cancellationToken));
                    moved |= outcomes[i]!.Result.Succeeded;
                }
            }
        }

        return outcomes!;
    }

    /// <summary>A line for the call and one for each definition that changed.</summary>
    public static void Audit(IReadOnlyList<BundleOutcome> outcomes, HttpContext context)
    {
        context.AuditSubject("bundle", $"{outcomes.Count(o => o.Result.Succeeded)} of {outcomes.Count} definitions");
        foreach (var result in outcomes.Select(o => o.Result).Where(r => r.Succeeded && r.Changed))
        {
            context.AuditAlso(result.Definition!.IsPublished ? WorkflowAudit.Publish : WorkflowAudit.SaveDraft, result.Definition.DefinitionId, WorkflowAudit.Detail(result));
        }
    }

    private async Task<ImportResult> EntryAsync(BundleEntry entry, Func<WorkflowDefinition, bool> publishes, CancellationToken cancellationToken)
    {
        try
        {
            return await OneAsync(WorkflowDefinition.Parse(entry.Json), publishes, cancellationToken);
        }
        catch (DefinitionFormatException e)
        {
            return new ImportResult(null, false, [e.Problem]);
        }
    }

    private Task<ImportResult> OneAsync(WorkflowDefinition document, Func<WorkflowDefinition, bool> publishes, CancellationToken cancellationToken)
    {
        JsonObject json = document.ToJsonObject();
        DraftRevision.Take(json);
        return catalog.ImportAsync(json.ToJsonString(ElsaJson.Options), publishes(document), ImportSource.Caller, cancellationToken);
    }
}
