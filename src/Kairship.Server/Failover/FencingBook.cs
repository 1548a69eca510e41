using System.Text.Json;
using Kairship.Delivery.Documents;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover;

/// <summary>Which cluster's which loss somebody has confirmed: that it runs nothing any more. Kept for all nodes; a later loss begins anew.</summary>
internal sealed class FencingBook(IDocumentStore documents, IClusterHealthStore health, TimeProvider time)
{
    private const string Kind = "fencing";
    private const int Attempts = 10;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// The number of the loss; null: it is not lost. Each change of readiness counts as a loss of its own: a cluster that fell silent, answered "not ready" and fell silent again was there in between, and what somebody
    /// confirmed before that says nothing any more.
    /// </summary>
    public static long? LossOf(ClusterReport? report) =>
        report?.Ready is { Status: not ConditionStatus.True } ready && ready.Reason != ReadyRule.Starting ? report.Transition : null;

    /// <summary>What is known of one loss. Of a later one than the book has, nothing is.</summary>
    public async Task<FencingState?> OfAsync(string cluster, long loss, CancellationToken cancellationToken) =>
        FencingRules.Lost((await ReadAsync(cluster, cancellationToken)).State, cluster, loss);

    /// <summary>What is known of the present loss; of a cluster that answers, that it does, where it was lost before. null: neither.</summary>
    public async Task<FencingState?> NowAsync(string cluster, CancellationToken cancellationToken)
    {
        var report = await health.GetAsync(cluster, cancellationToken);
        var known = (await ReadAsync(cluster, cancellationToken)).State;
        return LossOf(report) is { } loss ? FencingRules.Lost(known, cluster, loss)
            : known is not null && report?.Ready is { } ready ? FencingRules.Return(known, ready.LastTransition)
            : known;
    }

    /// <param name="by">The person, or the hook's URL.</param>
    /// <param name="how">What was done.</param>
    /// <param name="loss">The loss that was seen; null: the present one.</param>
    public async Task<FencingAnswer> ConfirmAsync(string cluster, string by, string how, long? loss, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var present = LossOf(await health.GetAsync(cluster, cancellationToken));
            var (known, version) = await ReadAsync(cluster, cancellationToken);
            var state = present is { } lost ? FencingRules.Lost(known, cluster, lost) : null;
            var answer = FencingRules.Confirm(state, cluster, loss ?? present ?? 0, by, how, time.GetUtcNow());
            if (answer.Refusal is not null || answer.State is null || answer.State == known || await WriteAsync(answer.State, version, cancellationToken))
            {
                return answer;
            }
        }

        return new FencingAnswer(null, $"What is known of {cluster} changes all the time: ask again.");
    }

    private async Task<(FencingState? State, long Version)> ReadAsync(string cluster, CancellationToken cancellationToken) =>
        await documents.FindAsync(Kind, cluster, cancellationToken) is { } found ? (JsonSerializer.Deserialize<FencingState>(found.Body, Json), found.Version) : (null, 0);

    private Task<bool> WriteAsync(FencingState state, long version, CancellationToken cancellationToken) =>
        documents.PutAsync(Kind, state.Cluster, JsonSerializer.Serialize(state, Json), version, time.GetUtcNow(), cancellationToken);
}
