using Kairship.Activities.Returning;
using Kairship.Api.Clusters;
using Kairship.Delivery.Failover.Returning;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Clusters;
using Kairship.Server.Problems;

namespace Kairship.Server.Failover.Returning;

/// <summary>Shows how a cluster that came back was compared, and compares it again when a person asks for it.</summary>
internal sealed class ReturnService(ClusterRegistry registry, ClusterHealthBook health, ReturnBook book, ReturnKeeper keeper)
{
    public async Task<Answer<ReturnInfo>> GetAsync(string cluster, CancellationToken cancellationToken) => await registry.GetAsync(cluster, cancellationToken) is null
        ? Unknown(cluster)
        : Describe(cluster, await health.FindAsync(cluster, cancellationToken), await book.FindAsync(cluster, cancellationToken));

    /// <summary>Compares, fences what is stale, and compares again.</summary>
    public async Task<Answer<ReturnInfo>> CompareAsync(string cluster, CancellationToken cancellationToken)
    {
        if (await registry.GetAsync(cluster, cancellationToken) is null)
        {
            return Unknown(cluster);
        }

        var pass = await keeper.GoAsync(cluster, fence: true, cancellationToken);
        return pass.Record is { } record ? Describe(cluster, await health.FindAsync(cluster, cancellationToken), record) : Refusal.Conflict($"{cluster} was not compared: {pass.Trouble}");
    }

    private static ReturnInfo Describe(string cluster, ClusterReport? report, ReturnRecord? record) => new(
        cluster, StateOf(report, record), record?.Loss, record?.At, [.. (record?.Items ?? []).Select(i => new ReturnItemInfo(i.Ref.ToString(), i.Application, i.Action.ToString(), i.Sentence))],
        record?.Unread ?? [], record?.Busy ?? [], [.. (record?.Fenced ?? []).Select(f => new FencedObjectInfo(f.Ref.ToString(), f.Application, f.Action.ToString(), f.At))],
        record?.Counts ?? new Dictionary<string, int>());

    private static string StateOf(ClusterReport? report, ReturnRecord? record) => (ReturnGate.LossBefore(report), record) switch
    {
        (null, _) => "NotBack",
        (_, null) => "NotCompared",
        ({ } loss, { } known) when known.Loss < loss => "NotCompared",
        (_, { IsOpen: false }) => "Fencing",
        (_, { } known) when known.Items.Any(i => i.Action == ReturnAction.Hold) => "Held",
        (_, { Busy.Count: > 0 }) => "Waiting",
        _ => "Clean",
    };

    private static Refusal Unknown(string name) => Refusal.NotFound($"No cluster named '{name}' has joined.");
}
