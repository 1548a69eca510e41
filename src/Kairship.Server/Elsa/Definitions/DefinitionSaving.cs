using System.Text.Json.Nodes;
using Kairship.Server.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>What a save or a publish is answered.</summary>
internal sealed record SavedDefinition(JsonObject WorkflowDefinition, bool AlreadyPublished, int ConsumingWorkflowCount, IReadOnlyList<ValidationError> ValidationErrors);

/// <summary>A save as the designer sends it.</summary>
/// <param name="Editor">Who, as exactly as can be told: see <see cref="DraftEditors"/>.</param>
internal sealed record DesignerSave(WorkflowDefinition Document, bool Publish, string Editor);

/// <summary>
/// Saves what the designer sends: always the whole model. What somebody else saved or published since is never overwritten silently: <see cref="DraftRevision"/> says which content was edited,
/// and the engine makes the change only while that content is the latest. A client that sends no revision is judged by the version's id and its published mark.
/// </summary>
internal sealed class DefinitionSaving(IWorkflowStore store, DefinitionCatalog catalog, DraftEditors editors)
{
    /// <exception cref="DefinitionFormatException">It is no definition.</exception>
    public async Task<DefinitionResult> SaveAsync(DesignerSave save, CancellationToken cancellationToken)
    {
        var model = save.Document.ToJsonObject();
        var revision = DraftRevision.Take(model);
        var definitionId = save.Document.DefinitionId;
        var expected = revision;
        if (revision is not null && !string.IsNullOrWhiteSpace(definitionId) && save.Document.VersionId is { Length: > 0 })
        {
            var latest = await store.FindDefinitionAsync(definitionId, VersionOption.LatestOnly, cancellationToken);
            if (latest is null)
            {
                return new DefinitionResult(
                    DefinitionOutcome.Conflict, null, [], $"'{definitionId}' has been deleted since this was opened. Export what you have, or save a copy under another name.");
            }

            if (editors.MissedOwnSave(definitionId, save.Editor, revision, latest.ContentHash))
            {
                expected = latest.ContentHash;
            }
        }

        var result = await catalog.SaveDraftAsync(new SaveDraft { Json = model.ToJsonString(ElsaJson.Options), Expected = expected, Publish = save.Publish }, cancellationToken);
        if (result.Outcome == DefinitionOutcome.Done)
        {
            editors.Remember(result.Definition!.DefinitionId, save.Editor, revision, result.Definition.ContentHash);
        }

        return result is { Outcome: DefinitionOutcome.Conflict, Definition: { } there } && revision is not null
            ? result with
            {
                Reason = $"Somebody else has {(there.IsPublished ? "published" : "saved")} version {there.Version} of '{there.DefinitionId}' since this was opened: nothing was saved. "
                    + "Reload it, and make your changes again there.",
            }
            : result;
    }
}
