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
    private const int MostHooks = 1000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// The number of the loss; null: it is not lost. Each change of readiness counts as a loss of its own: a cluster that fell silent, answered "not ready" and fell silent again was there in between, and what somebody
    /// confirmed before that says nothing any more.
    /// </summary>
    public static long? LossOf(ClusterReport? report) =>
        report?.Ready is { Status: not ConditionStatus.True } ready && ready.Reason != ReadyRule.Starting ? report.Transition : null;

    /// <summary>What is known of one loss. Of a later one than the book has, nothing is.</summary>
    public async Task<FencingState?> OfAsync(string cluster, long loss, CancellationToken cancellationToken) =>
        FencingRules.Lost((await ReadAsync(cluster, null, cancellationToken)).State, cluster, loss);

    /// <summary>What is known of the present loss; of a cluster that answers, that it does, where it was lost before. null: neither.</summary>
    public async Task<FencingState?> NowAsync(string cluster, CancellationToken cancellationToken)
    {
        var report = await health.GetAsync(cluster, cancellationToken);
        var known = (await ReadAsync(cluster, null, cancellationToken)).State;
        return LossOf(report) is { } loss ? FencingRules.Lost(known, cluster, loss)
            : known is not null && report?.Ready is { } ready ? FencingRules.Return(known, ready.LastTransition)
            : known;
    }

    /// <param name="by">The person.</param>
    /// <param name="how">What was done.</param>
    /// <param name="loss">The loss that was seen; null: the present one.</param>
    public Task<FencingAnswer> ConfirmAsync(string cluster, string by, string how, long? loss, CancellationToken cancellationToken) =>
        ConfirmAsync(cluster, null, by, how, loss, cancellationToken);

    /// <summary>What an application's hook confirms counts for that application only: it knows its own volume perhaps, and other applications have not chosen to believe it.</summary>
    /// <param name="hook">Its URL.</param>
    public Task<FencingAnswer> ConfirmForAsync(string application, string cluster, string hook, string how, long loss, CancellationToken cancellationToken) =>
        ConfirmAsync(cluster, application, hook, how, loss, cancellationToken);

    public async Task<bool> IsConfirmedForAsync(string application, string cluster, long loss, CancellationToken cancellationToken) =>
        (await ReadAsync(cluster, application, cancellationToken)).State is FencingState.Confirmed confirmed && confirmed.Loss == loss;

    /// <summary>Applications whose own hook has confirmed a loss for them, by name.</summary>
    public async Task<IReadOnlyList<(string Application, FencingState.Confirmed State)>> ConfirmedForAsync(string cluster, long loss, CancellationToken cancellationToken) =>
    [
        .. (await documents.ListAsync($"{Kind}-for", MostHooks, cancellationToken)).Where(d => d.Key.StartsWith($"{cluster}/", StringComparison.Ordinal))
            .Select(d => (Application: d.Key[(cluster.Length + 1)..], State: JsonSerializer.Deserialize<FencingState>(d.Body, Json) as FencingState.Confirmed))
            .Where(f => f.State?.Loss == loss).Select(f => (f.Application, f.State!)).OrderBy(f => f.Application, StringComparer.Ordinal),
    ];

    private async Task<FencingAnswer> ConfirmAsync(string cluster, string? application, string by, string how, long? loss, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var present = LossOf(await health.GetAsync(cluster, cancellationToken));
            var (known, version) = await ReadAsync(cluster, application, cancellationToken);
            var state = present is { } lost ? FencingRules.Lost(known, cluster, lost) : null;
            var answer = FencingRules.Confirm(state, cluster, loss ?? present ?? 0, by, how, time.GetUtcNow());
            if (answer.Refusal is not null || answer.State is null || answer.State == known || await WriteAsync(answer.State, application, version, cancellationToken))
            {
                return answer;
            }
        }

        return new FencingAnswer(null, $"What is known of {cluster} changes all the time: ask again.");
    }

    private static (string Kind, string Key) NameOf(string cluster, string? application) => application is null ? (Kind, cluster) : ($"{Kind}-for", $"{cluster}/{application}");

    private async Task<(FencingState? State, long Version)> ReadAsync(string cluster, string? application, CancellationToken cancellationToken) =>
        await documents.FindAsync(NameOf(cluster, application).Kind, NameOf(cluster, application).Key, cancellationToken) is { } found ? (JsonSerializer.Deserialize<FencingState>(found.Body, Json), found.Version) : (null, 0);

    private Task<bool> WriteAsync(FencingState state, string? application, long version, CancellationToken cancellationToken) =>
        documents.PutAsync(NameOf(state.Cluster, application).Kind, NameOf(state.Cluster, application).Key, JsonSerializer.Serialize(state, Json), version, time.GetUtcNow(), cancellationToken);
}
