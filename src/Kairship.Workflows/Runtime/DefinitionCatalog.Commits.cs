using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>Reading, deciding, committing, and again when somebody else was faster.</content>
public sealed partial class DefinitionCatalog
{
    /// <summary>What a change came to before it was written.</summary>
    private sealed record Decision(DefinitionOutcome Outcome, DefinitionRecord? Definition, bool Deletes, string? Reason)
    {
        public IReadOnlyList<DefinitionProblem> Problems { get; init; } = [];

        /// <summary>Of what is published: its triggers are in it.</summary>
        public WorkflowGraph? Graph { get; init; }

        public bool Writes => Outcome == DefinitionOutcome.Done;

        public static Decision Save(DefinitionRecord definition) => new(DefinitionOutcome.Done, definition, false, null);

        public static Decision Delete(DefinitionRecord definition) => new(DefinitionOutcome.Done, definition, true, null);

        public static Decision Refuse(DefinitionOutcome outcome, DefinitionRecord? definition, string? reason) => new(outcome, definition, false, reason);

        public DefinitionResult Result(IReadOnlyList<DefinitionProblem>? problems = null) => new(Outcome, Definition, problems ?? Problems, Reason);
    }

    /// <param name="decide">Latest version, whether to publish, document.</param>
    private async Task<DefinitionResult> SaveAsync(
        string json, string? definitionId, bool? publish, Func<DefinitionRecord?, bool, WorkflowDefinition, Task<Decision>> decide, ImportSource source,
        CancellationToken cancellationToken)
    {
        WorkflowDefinition document;
        try
        {
            document = WorkflowDefinition.Parse(json);
        }
        catch (DefinitionFormatException e)
        {
            return new DefinitionResult(DefinitionOutcome.Invalid, null, [e.Problem], "This is no workflow definition.");
        }

        var id = definitionId ?? (string.IsNullOrWhiteSpace(document.DefinitionId) ? NewId() : document.DefinitionId);
        if (DefinitionChange.IdProblem(id) is { } wrong)
        {
            return new DefinitionResult(DefinitionOutcome.Invalid, null, [wrong], "Nothing can be saved under this definitionId.");
        }

        document = (source == ImportSource.Caller ? document.Editable() : document).With(definitionId: id);
        var publishes = publish ?? document.PublishRequested == true;
        document = await workflows.PinAsync(document, cancellationToken);
        var check = compiler.Compile(document, "new", 1);
        if (publishes && !check.Succeeded)
        {
            return new DefinitionResult(DefinitionOutcome.Invalid, null, check.Problems, "The workflow cannot be published: each problem names the activity and the property.");
        }

        while (true)
        {
            var (latest, published) = await HeadAsync(id, cancellationToken);
            var decision = await decide(latest, publishes, document) with { Graph = check.Graph };
            if (!decision.Writes || await CommitAsync(latest, published, decision, cancellationToken) == DefinitionCommitOutcome.Committed)
            {
                return decision.Result(check.Problems) with { PublishedBefore = published };
            }
        }
    }

    /// <summary>A change of a definition that is there.</summary>
    private async Task<DefinitionResult> ChangeAsync(
        string definitionId, Func<DefinitionRecord, DefinitionRecord?, Task<Decision>> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (latest, published) = await HeadAsync(definitionId, cancellationToken);
            if (latest is null)
            {
                return NotFound(definitionId);
            }

            var decision = await decide(latest, published);
            if (!decision.Writes)
            {
                return decision.Result();
            }

            switch (await CommitAsync(latest, published, decision, cancellationToken))
            {
                case DefinitionCommitOutcome.Committed:
                    return decision.Result() with { PublishedBefore = published };
                case DefinitionCommitOutcome.InUse:
                    return new DefinitionResult(
                        DefinitionOutcome.InUse, decision.Definition, [], InUse($"version {decision.Definition!.Version} of '{definitionId}'"));
            }
        }
    }

    private async Task<(DefinitionRecord? Latest, DefinitionRecord? Published)> HeadAsync(string definitionId, CancellationToken cancellationToken) => (
        await store.FindDefinitionAsync(definitionId, VersionOption.LatestOnly, cancellationToken),
        await store.FindDefinitionAsync(definitionId, VersionOption.PublishedOnly, cancellationToken));

    private async Task<DefinitionCommitOutcome> CommitAsync(
        DefinitionRecord? latest, DefinitionRecord? published, Decision decision, CancellationToken cancellationToken)
    {
        var outcome = await store.CommitDefinitionAsync(
            new DefinitionCommit
            {
                DefinitionId = decision.Definition!.DefinitionId,
                Expected = DefinitionHead.Of(latest, published),
                Saved = decision.Deletes ? null : decision.Definition,
                Starts = TriggerRows.Of(decision.Definition, decision.Graph, Now),
                Deleted = decision.Deletes ? decision.Definition.VersionId : null,
            },
            cancellationToken);
        if (decision.Definition.IsPublished || decision.Definition.VersionId == published?.VersionId)
        {
            Interlocked.Increment(ref publishedChanges);
        }

        return outcome;
    }
}
