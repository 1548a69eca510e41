namespace Kairship.Api.Workflows;

/// <summary>What a change of a definition came to.</summary>
/// <param name="Changed">False: it was so already.</param>
public sealed record ChangedWorkflow(WorkflowInfo Workflow, bool Changed, IReadOnlyList<ProblemError> Warnings);

/// <param name="Valid">It could be published.</param>
public sealed record WorkflowCheck(bool Valid, IReadOnlyList<WorkflowProblem> Problems);

/// <param name="Severity">"error" or "warning".</param>
public sealed record WorkflowProblem(string Severity, string Code, string? ActivityId, string? Property, string Message);

/// <param name="Version">The number of the version to go to.</param>
/// <param name="Activities">Ids of activities now, and in that version, where they differ.</param>
public sealed record MigrateRequest(int Version, IReadOnlyDictionary<string, string>? Activities = null);

/// <param name="Possible">Nothing stands against it.</param>
/// <param name="Posted">It will be carried out at the instance's next commit; the line "Migrated" in its journal says when. Always false of a dry run.</param>
/// <param name="Notes">What changes without standing in the way.</param>
public sealed record MigrationInfo(string InstanceId, bool Possible, bool Posted, int? FromVersion, int? ToVersion, IReadOnlyList<ProblemError> Problems, IReadOnlyList<string> Notes);
