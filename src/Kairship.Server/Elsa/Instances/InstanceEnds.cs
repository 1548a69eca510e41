using Kairship.Server.Problems;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <param name="Id">The instance that was left as it is.</param>
internal sealed record LeftAlone(string Id, string Detail);

/// <summary>Cancelling and deleting, one or many.</summary>
internal sealed class InstanceEnds(IWorkflowStore store, WorkflowRuntime runtime, ReleaseBond releases)
{
    public const int Most = 1000;

    public async Task<Refusal?> CancelAsync(string id, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(id, cancellationToken) is not { } record)
        {
            return Unknown(id);
        }

        if (record.Status is InstanceStatus.Finished or InstanceStatus.Cancelled)
        {
            return Refusal.Conflict($"Instance {id} is over: it is {record.Status}.");
        }

        if (await releases.CancelAsync(record, roles, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await runtime.CancelAsync(id, cancellationToken) switch
        {
            PostOutcome.NotFound => Unknown(id),
            PostOutcome.Finished => Refusal.Conflict($"Instance {id} has ended meanwhile."),
            _ => null,
        };
    }

    public async Task<Refusal?> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(id, cancellationToken) is not { } record)
        {
            return Unknown(id);
        }

        if (await releases.DeleteAsync(record, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return await store.DeleteInstanceAsync(id, cancellationToken)
            ? null
            : Refusal.Conflict($"Instance {id} is not over, it is {record.Status}: cancel it first, so that what it does ends and what it did is compensated.");
    }

    /// <summary>Each for itself: one that is refused does not keep the others.</summary>
    public static async Task<(int Done, IReadOnlyList<LeftAlone> Left)> EachAsync(IEnumerable<string> ids, Func<string, Task<Refusal?>> act)
    {
        var (done, left) = (0, new List<LeftAlone>());
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (await act(id) is { } refusal)
            {
                left.Add(new LeftAlone(id, refusal.Detail));
            }
            else
            {
                done++;
            }
        }

        return (done, left);
    }

    public static Refusal Unknown(string id) => Refusal.NotFound($"There is no workflow instance '{id}'.");
}
