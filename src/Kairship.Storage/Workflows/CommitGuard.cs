using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows;

/// <summary>What a commit says about its instance's row.</summary>
internal static class CommitGuard
{
    public static bool IsFinished(this InstanceStatus status) => status >= InstanceStatus.Finished;

    /// <summary>A faulted one may be reopened and then still waits for what it waited for.</summary>
    public static bool DropsBookmarks(this InstanceCommit commit) => commit.Status is InstanceStatus.Finished or InstanceStatus.Cancelled;

    /// <summary>Given up, and somebody may take it on: a message that nobody has seen makes it due.</summary>
    public static bool MayGoOn(this InstanceCommit commit) => commit.Release && commit.Status is not (InstanceStatus.Finished or InstanceStatus.Cancelled);

    /// <summary>A finished instance is never held any longer.</summary>
    public static bool Releases(this InstanceCommit commit) => commit.Release || commit.Status.IsFinished();

    public static string Sql(InstanceCommit commit) => commit.Releases() ? WorkflowSql.CommitAndRelease : WorkflowSql.CommitAndHold;

    public static long? Due(InstanceCommit commit) => commit.Status.IsFinished() ? null : commit.DueAt?.UtcTicks;

    public static long? FinishedAt(InstanceCommit commit) => commit.Status.IsFinished() ? commit.At.UtcTicks : null;

    public static string Text(InstanceCommit commit) => Text(commit.Name, commit.InstanceId, commit.CorrelationId);

    public static string Text(NewInstance instance) => Text(instance.Name, instance.Id, instance.CorrelationId);

    private static string Text(string? name, string id, string? correlationId) => ListText.Of(StoredText.Clean(name), id, StoredText.Clean(correlationId));
}
