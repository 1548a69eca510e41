using System.Text;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Definitions;

/// <summary>What to do about a definition whose latest and published versions are known: pure decisions, carried out by a <see cref="DefinitionCommit"/>.</summary>
internal static class DefinitionChange
{
    private const int MaxIdLength = 200;

    /// <summary>A version that may still change: never published, and nothing runs by it.</summary>
    public static bool IsDraft(DefinitionRecord version) => !version.IsFrozen && !version.IsPublished;

    /// <summary>What is wrong with a definition's id; null when nothing is. Databases bound what an index holds, and none takes control characters or half a surrogate pair; clients take "." and ".."
    /// out of a path before they send it, so that nobody could ask for it or delete it.</summary>
    public static DefinitionProblem? IdProblem(string definitionId) =>
        definitionId.Length <= MaxIdLength && definitionId is not ("." or "..") && !definitionId.Any(char.IsControl) && definitionId.EnumerateRunes().All(r => r != Rune.ReplacementChar)
            ? null
            : new DefinitionProblem(null, "definitionId", ProblemCode.InvalidId, $"A definitionId has at most {MaxIdLength} characters and no control characters, and is not \".\" or \"..\".", true);

    /// <summary>Whether the document was edited on what is there now; otherwise what is wrong.</summary>
    /// <param name="expected">A content hash, "*", or null: then the document's version id counts.</param>
    /// <param name="editsKnownVersion">The document's version id is that of an earlier version of this definition.</param>
    public static string? Conflict(DefinitionRecord? latest, WorkflowDefinition document, string? expected, bool editsKnownVersion)
    {
        if (latest is null || expected == Runtime.SaveDraft.Anything)
        {
            return null;
        }

        if (expected is not null)
        {
            return string.Equals(expected, latest.ContentHash, StringComparison.OrdinalIgnoreCase)
                ? null
                : $"The definition has been changed since: version {latest.Version} is there now with the content {latest.ContentHash}. Take its changes over, then save with that hash.";
        }

        if (document.VersionId == latest.VersionId)
        {
            return latest.IsPublished && document.SaysUnpublished
                ? $"Version {latest.Version} was edited as a draft and has been published since: take its changes over, then save."
                : null;
        }

        return editsKnownVersion
            ? $"This edits an older version: version {latest.Version} is the latest. Take its changes over, then save it as that version."
            : IsDraft(latest)
                ? $"Version {latest.Version} is a draft that this would replace: say which content was edited (its hash is {latest.ContentHash}), or '{Runtime.SaveDraft.Anything}' to replace it in any case."
                : null;
    }

    /// <summary>The document as the version that a save makes: the draft that is there keeps its number and id, anything else is followed by a new version.</summary>
    public static DefinitionRecord Save(DefinitionRecord? latest, WorkflowDefinition document, bool publish, bool inPlace, string newVersionId, DateTimeOffset now)
    {
        var replaced = inPlace && latest is not null && IsDraft(latest) ? latest : null;
        return Record(document, replaced?.VersionId ?? newVersionId, replaced?.Version ?? (latest?.Version ?? 0) + 1, publish, replaced?.CreatedAt ?? now);
    }

    /// <summary>The content of an older version as a new draft.</summary>
    public static DefinitionRecord Revert(DefinitionRecord latest, WorkflowDefinition old, string newVersionId, DateTimeOffset now) =>
        Record(old, newVersionId, latest.Version + 1, publish: false, now);

    public static DefinitionRecord Published(DefinitionRecord version) => version with { IsPublished = true, IsFrozen = true };

    /// <summary>The document of a stored version, with its marks as they are now: those in the stored text are from when it was saved.</summary>
    public static WorkflowDefinition Document(DefinitionRecord version) => WorkflowDefinition.Parse(version.Json).With(
        version.VersionId, version.DefinitionId, version.Version, version.IsLatest, version.IsPublished, version.CreatedAt);

    private static DefinitionRecord Record(WorkflowDefinition document, string versionId, int version, bool publish, DateTimeOffset createdAt)
    {
        var definition = document.With(versionId, version: version, isLatest: true, isPublished: publish, createdAt: createdAt);
        return new DefinitionRecord(
            versionId, definition.DefinitionId!, version, definition.Name, definition.Description, true, publish, definition.ContentHash, definition.ToJson(), createdAt)
        {
            IsFrozen = publish,
            IsReadonly = definition.IsReadonly,
            IsSystem = definition.IsSystem,
        };
    }
}
