using System.Text.Json;

namespace Kairship.Api.Workflows;

public sealed record WorkflowInfo(
    string DefinitionId, string VersionId, int Version, string? Name, string? Description, bool IsLatest, bool IsPublished, string ContentHash,
    DateTimeOffset CreatedAt);

/// <param name="Changed">False when the latest version has this content already: then no new version was made.</param>
/// <param name="Warnings">What a reader should know; errors are refused with 422.</param>
public sealed record ImportedWorkflow(WorkflowInfo Workflow, bool Changed, IReadOnlyList<ProblemError> Warnings);

/// <summary>What became of one definition of a bundle.</summary>
/// <param name="Name">The file in the zip, or the place in the list.</param>
/// <param name="Workflow">Null: it was refused, and <paramref name="Problems"/> says why.</param>
public sealed record ImportedEntry(string Name, WorkflowInfo? Workflow, bool Changed, IReadOnlyList<ProblemError> Problems);

/// <summary>A file of the workflow folder as the server last read it.</summary>
/// <param name="Problems">Empty when it was imported; otherwise the version before stays in place.</param>
public sealed record WorkflowFileInfo(string File, string? DefinitionId, int? Version, DateTimeOffset ReadAt, IReadOnlyList<ProblemError> Problems);

/// <param name="Status">Pending, Executing, Suspended, Paused, Finished, Cancelled or Faulted.</param>
/// <param name="QuarantineReason">Not null: it failed its claims too often and waits for an operator.</param>
public sealed record InstanceInfo(
    string Id, string DefinitionId, int DefinitionVersion, string? Name, string? CorrelationId, string Status, int IncidentCount,
    string? QuarantineReason, DateTimeOffset? DueAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt);

/// <param name="Journal">The first page, oldest first.</param>
public sealed record InstanceDetail(InstanceInfo Instance, PageOf<JournalLine> Journal);

public sealed record JournalLine(
    long Sequence, DateTimeOffset At, string? ActivityId, string? ActivityType, string Event, string? Message, JsonElement? Data);
