using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>Drafts, publishing, versions. Every change is decided on the latest and the published version, and made only if they are still those.</content>
public sealed partial class DefinitionCatalog
{
    private static readonly InstanceStatus[] Over = [InstanceStatus.Finished, InstanceStatus.Cancelled];

    /// <summary>Saves a draft. One that is there is replaced in place, with its number and id; after a published (or run) version comes a new draft. A new definition
    /// begins with version 1. Somebody else's changes are not overwritten: see <see cref="SaveDraft.Expected"/>.</summary>
    public Task<DefinitionResult> SaveDraftAsync(SaveDraft draft, CancellationToken cancellationToken) => SaveAsync(
        draft.Json, draft.DefinitionId, draft.Publish,
        async (latest, publish, document) =>
        {
            if (ReadOnly(latest) is { } reason)
            {
                return Decision.Refuse(DefinitionOutcome.ReadOnly, latest, reason);
            }

            if (latest?.ContentHash == document.ContentHash)
            {
                return Reuse(latest, publish);
            }

            var isOlder = document.VersionId is { Length: > 0 } edited && edited != latest?.VersionId
                && (await store.GetDefinitionVersionAsync(edited, cancellationToken))?.DefinitionId == latest?.DefinitionId;
            return DefinitionChange.Conflict(latest, document, draft.Expected, isOlder) is { } conflict
                ? Decision.Refuse(DefinitionOutcome.Conflict, latest, conflict)
                : Decision.Save(DefinitionChange.Save(latest, document, publish, inPlace: true, NewId(), Now));
        },
        ImportSource.Caller, cancellationToken);

    /// <summary>Publishes the latest version, when it compiles. The one published before loses the mark; its instances go on with it.</summary>
    /// <param name="expected">The content hash of what is to be published; null: whatever is latest.</param>
    public Task<DefinitionResult> PublishAsync(string definitionId, string? expected, CancellationToken cancellationToken) =>
        ChangeAsync(
            definitionId,
            async (latest, _) =>
            {
                await LoadReferencesAsync(latest, cancellationToken);
                return Publish(latest, expected);
            },
            cancellationToken);

    /// <summary>Takes the published mark away: nothing new starts by it, what runs goes on.</summary>
    public Task<DefinitionResult> RetractAsync(string definitionId, CancellationToken cancellationToken) => ChangeAsync(
        definitionId,
        (latest, published) => Task.FromResult(
            ReadOnly(latest) is { } reason ? Decision.Refuse(DefinitionOutcome.ReadOnly, latest, reason)
            : published is null ? Decision.Refuse(DefinitionOutcome.Unchanged, latest, $"No version of '{definitionId}' is published.")
            : Decision.Save(published with { IsPublished = false, IsFrozen = true })),
        cancellationToken);

    /// <summary>Makes a new draft with the content of an older version. A draft that is there stays as an older version: nothing is lost.</summary>
    public Task<DefinitionResult> RevertAsync(string definitionId, int version, CancellationToken cancellationToken) => ChangeAsync(
        definitionId,
        async (latest, _) =>
        {
            if (ReadOnly(latest) is { } reason)
            {
                return Decision.Refuse(DefinitionOutcome.ReadOnly, latest, reason);
            }

            if (await store.FindDefinitionAsync(definitionId, VersionOption.Exactly(version), cancellationToken) is not { } old)
            {
                return Decision.Refuse(DefinitionOutcome.NotFound, null, $"There is no version {version} of workflow '{definitionId}'.");
            }

            return old.ContentHash == latest.ContentHash
                ? Decision.Refuse(DefinitionOutcome.Unchanged, latest, $"Version {latest.Version}, the latest, has the content of version {version} already.")
                : Decision.Save(DefinitionChange.Revert(latest, DefinitionChange.Document(old), NewId(), Now));
        },
        cancellationToken);

    /// <summary>Deletes one version, unless instances need it.</summary>
    public Task<DefinitionResult> DeleteVersionAsync(string definitionId, int version, CancellationToken cancellationToken) => ChangeAsync(
        definitionId,
        async (latest, _) =>
            ReadOnly(latest) is { } reason ? Decision.Refuse(DefinitionOutcome.ReadOnly, latest, reason)
            : await KeptAsync(new InstanceFilter(definitionId, DefinitionVersion: version), cancellationToken) is { } kept ? Decision.Refuse(DefinitionOutcome.InUse, latest, kept)
            : await store.FindDefinitionAsync(definitionId, VersionOption.Exactly(version), cancellationToken) is { } old ? Decision.Delete(old)
            : Decision.Refuse(DefinitionOutcome.NotFound, null, $"There is no version {version} of workflow '{definitionId}'."),
        cancellationToken);

    /// <summary>Deletes a definition with all its versions, unless instances need one.</summary>
    public async Task<DefinitionResult> DeleteAsync(string definitionId, CancellationToken cancellationToken)
    {
        var latest = await store.FindDefinitionAsync(definitionId, VersionOption.LatestOnly, cancellationToken);
        if (ReadOnly(latest) is { } reason)
        {
            return new DefinitionResult(DefinitionOutcome.ReadOnly, latest, [], reason);
        }

        if (await KeptAsync(new InstanceFilter(definitionId), cancellationToken) is { } kept)
        {
            return new DefinitionResult(DefinitionOutcome.InUse, latest, [], kept);
        }

        var deletion = await store.DeleteDefinitionAsync(definitionId, cancellationToken);
        Interlocked.Increment(ref publishedChanges);
        return deletion switch
        {
            DefinitionDeletion.Deleted => new DefinitionResult(DefinitionOutcome.Done, latest, []),
            DefinitionDeletion.InUse => new DefinitionResult(DefinitionOutcome.InUse, latest, [], InUse($"'{definitionId}'")),
            _ => NotFound(definitionId),
        };
    }

    /// <summary>The versions of a definition, newest first, without their documents.</summary>
    public Task<Page<DefinitionRecord>> ListVersionsAsync(string definitionId, PageRequest page, CancellationToken cancellationToken) =>
        store.ListDefinitionsAsync(new DefinitionFilter(definitionId) { WithoutJson = true }, page, cancellationToken);

    /// <summary>Freezes a draft, because an instance is about to be started from exactly this content. Null when it has been changed or deleted since it was read.</summary>
    internal async Task<DefinitionRecord?> FreezeAsync(DefinitionRecord draft, CancellationToken cancellationToken)
    {
        while (await store.GetDefinitionVersionAsync(draft.VersionId, cancellationToken) is { } current && current.ContentHash == draft.ContentHash)
        {
            if (!DefinitionChange.IsDraft(current))
            {
                return current;
            }

            var (latest, published) = await HeadAsync(draft.DefinitionId, cancellationToken);
            var frozen = current with { IsFrozen = true, IsLatest = latest?.VersionId == current.VersionId };
            if (await CommitAsync(latest, published, Decision.Save(frozen), cancellationToken) == DefinitionCommitOutcome.Committed)
            {
                return frozen;
            }
        }

        return null;
    }

    private Decision Publish(DefinitionRecord latest, string? expected)
    {
        if (ReadOnly(latest) is { } reason)
        {
            return Decision.Refuse(DefinitionOutcome.ReadOnly, latest, reason);
        }

        if (expected is not null && expected != SaveDraft.Anything && !string.Equals(expected, latest.ContentHash, StringComparison.OrdinalIgnoreCase))
        {
            return Decision.Refuse(
                DefinitionOutcome.Conflict, latest, $"The draft has been changed since: version {latest.Version} has the content {latest.ContentHash} now. Look at it before publishing.");
        }

        var check = compiler.Compile(latest);
        return !check.Succeeded
            ? Decision.Refuse(DefinitionOutcome.Invalid, latest, $"Version {latest.Version} of '{latest.DefinitionId}' cannot be published as it is.") with { Problems = check.Problems }
            : Reuse(latest, publish: true) with { Problems = check.Problems, Graph = check.Graph };
    }

    private static DefinitionResult NotFound(string definitionId) => new(DefinitionOutcome.NotFound, null, [], $"There is no workflow '{definitionId}'.");

    /// <summary>What has run is evidence, and can be looked at only as long as the version is there that it ran by. Null: nothing is kept.</summary>
    private async Task<string?> KeptAsync(InstanceFilter of, CancellationToken cancellationToken) =>
        await store.ListInstancesAsync(of with { Statuses = Over }, new PageRequest(0, 1), cancellationToken) is { Total: > 0 and var total }
            ? $"{(of.DefinitionVersion is { } version ? $"Version {version} of '{of.DefinitionId}'" : $"'{of.DefinitionId}'")} has {total} ended instance(s), which could no longer be looked at: retract it instead, or delete them first."
            : null;

    private static string InUse(string what) => 
        $"Instances that are not over run by {what}, or another workflow uses it as an activity: let them finish, cancel or migrate them, and take it out of the other workflow first.";
}
