namespace Kairship.Workflows.Definitions;

/// <summary>What compiling came to. <see cref="Graph"/> is null when any problem is an error.</summary>
public sealed record CompileResult(WorkflowGraph? Graph, IReadOnlyList<DefinitionProblem> Problems)
{
    public bool Succeeded => Graph is not null;
}

/// <summary>Something wrong with a definition: where it is, what it is and what would be right.</summary>
/// <param name="ActivityId">Null when it is about the definition itself.</param>
/// <param name="Property">The JSON property, such as "text" or "connections[3]"; null when it is about the whole activity.</param>
/// <param name="Code">One of <see cref="ProblemCode"/>; stable, for programs.</param>
/// <param name="IsError">A definition with an error cannot be published; a warning is only told.</param>
public sealed record DefinitionProblem(string? ActivityId, string? Property, string Code, string Message, bool IsError);

/// <summary>The kinds of problems.</summary>
public static class ProblemCode
{
    public const string Json = "json";
    public const string TooLarge = "too-large";
    public const string TooDeep = "too-deep";
    public const string TooMany = "too-many-activities";
    public const string MissingProperty = "missing-property";
    public const string UnknownType = "unknown-activity-type";
    public const string UnknownVersion = "unknown-activity-version";
    public const string UnknownProperty = "unknown-property";
    public const string MissingId = "missing-id";
    public const string InvalidId = "invalid-id";
    public const string DuplicateId = "duplicate-id";
    public const string DuplicateVariable = "duplicate-variable";
    public const string DuplicateName = "duplicate-name";
    public const string Shape = "wrong-shape";
    public const string Expression = "expression";
    public const string MissingInput = "missing-input";
    public const string UnknownVariable = "unknown-variable";
    public const string UnknownInput = "unknown-input";
    public const string UnknownName = "unknown-name";
    public const string DanglingConnection = "dangling-connection";
    public const string DuplicateConnection = "duplicate-connection";
    public const string UnknownPort = "unknown-port";
    public const string NoStart = "no-start";
    public const string AmbiguousStart = "ambiguous-start";
    public const string Unreachable = "unreachable";
    public const string JoinNeverCompletes = "join-never-completes";
    public const string AmbiguousMerge = "ambiguous-merge";
    public const string BusyLoop = "busy-loop";
    public const string Policy = "policy";
    public const string Trigger = "trigger";
    public const string NestedTrigger = "nested-trigger";
    public const string ReadOnly = "read-only";
    public const string JoinMayNotComplete = "join-may-not-complete";
    public const string MergeMode = "merge-mode";
    public const string BreakOutsideLoop = "break-outside-loop";
}
