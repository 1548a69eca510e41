namespace Kairship.Workflows.Execution;

/// <summary>How an instance goes over to another version of its definition.</summary>
/// <param name="Activities">Ids of activities in the version it leaves, and in the one it goes to, where they differ.</param>
public sealed record MigrationPlan(IReadOnlyDictionary<string, string> Activities)
{
    /// <summary>Every activity has the id that it had.</summary>
    public static MigrationPlan SameIds { get; } = new(new Dictionary<string, string>());

    internal string Map(string activityId) => Activities.GetValueOrDefault(activityId) ?? activityId;
}

/// <summary>Why an instance cannot go over.</summary>
/// <param name="ActivityId">In the version that the instance runs by; null when it is about the whole.</param>
public sealed record MigrationProblem(string? ActivityId, string Code, string Message);

/// <summary>What a migration would do, or what stands against it.</summary>
/// <param name="Notes">What changes without standing in the way: variables that come and go, activities that were added behind the instance.</param>
public sealed record MigrationReport(int FromVersion, int ToVersion, IReadOnlyList<MigrationProblem> Problems, IReadOnlyList<string> Notes)
{
    public bool IsPossible => Problems.Count == 0;
}

/// <summary>The kinds of problems.</summary>
public static class MigrationCode
{
    public const string Over = "instance-over";
    public const string OtherDefinition = "other-definition";
    public const string Plan = "plan";
    public const string Gone = "activity-gone";
    public const string OtherType = "activity-type";
    public const string Moved = "activity-moved";
    public const string Renamed = "activity-renamed";
    public const string NewBranch = "branch-not-started";
    public const string ConnectionGone = "connection-gone";
    public const string JoinStarved = "join-never-completes";
    public const string WouldRerun = "would-run-again";
    public const string Variable = "variable";
    public const string Undoing = "being-undone";
    public const string CompensationGone = "compensation-gone";
}
