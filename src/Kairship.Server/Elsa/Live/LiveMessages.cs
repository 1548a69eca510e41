using Kairship.Server.Elsa.Executions;

namespace Kairship.Server.Elsa.Live;

internal sealed record ActivityExecutionLogUpdated(IReadOnlyList<ActivityStats> Stats);

internal sealed record WorkflowExecutionLogUpdated;

internal sealed record WorkflowInstanceUpdated(string WorkflowInstanceId);

/// <summary>One call of a client's method.</summary>
internal sealed record LiveMessage(string Method, object Argument)
{
    /// <summary>What brings a client from one picture to another. Who has none yet, or lost count, gets everything.</summary>
    /// <param name="before">What he was told last; null: nothing.</param>
    /// <param name="now">Null: the instance is gone.</param>
    public static IEnumerable<LiveMessage> Between(string instanceId, ExecutionPicture? before, ExecutionPicture? now, int maxStats)
    {
        if (now is not null)
        {
            foreach (var some in Changed(before, now).Chunk(maxStats))
            {
                yield return new LiveMessage("ActivityExecutionLogUpdatedAsync", new ActivityExecutionLogUpdated(some));
            }

            if (before is null || before.Lines != now.Lines || before.LastSequence != now.LastSequence)
            {
                yield return new LiveMessage("WorkflowExecutionLogUpdatedAsync", new WorkflowExecutionLogUpdated());
            }
        }

        if (before is null || now is null || !ExecutionBooks.IsSameMoment(before.Instance, now.Instance))
        {
            yield return new LiveMessage("WorkflowInstanceUpdatedAsync", new WorkflowInstanceUpdated(instanceId));
        }
    }

    private static IEnumerable<ActivityStats> Changed(ExecutionPicture? before, ExecutionPicture now)
    {
        var known = (before?.Stats ?? []).ToDictionary(s => s.ActivityNodeId, StringComparer.Ordinal);
        foreach (var stats in now.Stats)
        {
            if (known.Remove(stats.ActivityNodeId, out var old) && old == stats)
            {
                continue;
            }

            yield return stats;
        }

        // Trimmed away since, or elsewhere in another version.
        foreach (var gone in known.Values)
        {
            yield return gone with { StartedCount = 0, CompletedCount = 0, UncompletedCount = 0, IsBlocked = false, IsFaulted = false, AggregateFaultCount = 0 };
        }
    }
}
