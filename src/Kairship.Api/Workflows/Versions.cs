namespace Kairship.Api.Workflows;

/// <summary>What a change of a definition came to.</summary>
/// <param name="Changed">False: it was so already.</param>
public sealed record ChangedWorkflow(WorkflowInfo Workflow, bool Changed, IReadOnlyList<ProblemError> Warnings);

/// <param name="Valid">It could be published.</param>
public sealed record WorkflowCheck(bool Valid, IReadOnlyList<WorkflowProblem> Problems);

/// <param name="Severity">"error" or "warning".</param>
public sealed record WorkflowProblem(string Severity, string Code, string? ActivityId, string? Property, string Message);

/// <summary>What the check at publishing says of a version.</summary>
/// <param name="Valid">It could be published.</param>
/// <param name="Items">Errors before warnings; the check stops at 200.</param>
public sealed record WorkflowProblems(string DefinitionId, int Version, bool Valid, IReadOnlyList<PlacedProblem> Items);

/// <summary>A problem, and where on a canvas it belongs.</summary>
/// <param name="Severity">"error" or "warning".</param>
/// <param name="ActivityId">Null: it is about the whole workflow.</param>
/// <param name="Label">How the designer calls the activity.</param>
/// <param name="Within">The activities that hold that one, the innermost first: whoever does not see it sees one of these.</param>
public sealed record PlacedProblem(string Severity, string Code, string? ActivityId, string? Label, IReadOnlyList<string> Within, string? Property, string Message);

/// <param name="Version">The number of the version to go to.</param>
/// <param name="Activities">Ids of activities now, and in that version, where they differ.</param>
public sealed record MigrateRequest(int Version, IReadOnlyDictionary<string, string>? Activities = null);

/// <param name="Possible">Nothing stands against it.</param>
/// <param name="Posted">It will be carried out at the instance's next commit; the line "Migrated" in its journal says when. Always false of a dry run.</param>
/// <param name="Notes">What changes without standing in the way.</param>
public sealed record MigrationInfo(string InstanceId, bool Possible, bool Posted, int? FromVersion, int? ToVersion, IReadOnlyList<ProblemError> Problems, IReadOnlyList<string> Notes);

/// <summary>An activity of a definition.</summary>
public sealed record ActivityName(string Id, string Type);

/// <param name="Properties">Names; never values, which may be secrets.</param>
public sealed record ActivityChange(string Id, string Type, IReadOnlyList<string> Properties);

public sealed record NameChanges(IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed);

/// <summary>What one version changes of another, told by names.</summary>
/// <param name="From">Null: nothing was before it, so everything is new.</param>
/// <param name="Properties">Of the definition itself.</param>
/// <param name="Summary">All of it on one line, cut when it is long: as the audit says it of a publish.</param>
public sealed record WorkflowDifference(
    string DefinitionId, int? From, int To, IReadOnlyList<ActivityName> Added, IReadOnlyList<ActivityName> Removed, IReadOnlyList<ActivityChange> Changed,
    IReadOnlyList<string> ConnectionsAdded, IReadOnlyList<string> ConnectionsRemoved, NameChanges Variables, NameChanges Inputs, NameChanges Outputs, IReadOnlyList<string> Properties,
    string Summary);
