using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Activities.Clusters;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Clusters;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Triggers.Health;

/// <summary>
/// Tells workflows of changes of clusters' readiness. A change was committed before; it is announced until that has succeeded, by any node, however often, and its number is the
/// key: each trigger starts once by it, each wait goes on once.
/// </summary>
internal sealed partial class HealthAnnouncer(
    IClusterHealthStore health, IClusterStore clusters, IWorkflowStore store, WorkflowRuntime runtime, ClusterHealthBook book, TimeProvider time, ILogger<HealthAnnouncer> logger) : BackgroundService
{
    /// <summary>How soon what another node could not announce is taken up.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim nudged = new(0, 1);

    /// <summary>Announces all that is left to announce; nothing is done twice when two do it at once.</summary>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        foreach (var pending in (await health.UnannouncedAsync(cancellationToken)).GroupBy(p => p.Transition.Cluster))
        {
            try
            {
                foreach (var announcement in pending)
                {
                    await AnnounceAsync(announcement, cancellationToken);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Later changes of this cluster wait for this one: workflows see them in order.
                NotAnnounced(e, pending.Key);
            }
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        book.Changed += Nudge;
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        book.Changed -= Nudge;
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        nudged.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AnnounceAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotAnnounced(e, "(all)");
            }

            await WaitAsync(stoppingToken);
        }
    }

    private async Task AnnounceAsync(PendingAnnouncement pending, CancellationToken cancellationToken)
    {
        var change = pending.Transition;
        var labels = (await clusters.GetAsync(change.Cluster, cancellationToken))?.Labels ?? new Dictionary<string, string>();
        var payload = PayloadOf(change, labels);
        var key = $"health:{change.Cluster}:{change.Number}";
        if (!pending.WaitsTold)
        {
            // First those who wait: what this change starts must not take it a second time at a wait of its own.
            await runtime.PublishAsync(new Stimulus(ClusterHealthStimulus.WaitFor(change.Cluster), payload.DeepClone()), null, key, cancellationToken);
            await runtime.PublishAsync(new Stimulus(ClusterHealthStimulus.WaitFor(null), payload.DeepClone()), null, $"{key}:any", cancellationToken);
            await health.MarkAnnouncedAsync(change.Cluster, change.Number, all: false, cancellationToken);
        }

        foreach (var trigger in await store.ListTriggersAsync(ClusterHealthStimulus.Starts, cancellationToken))
        {
            if (ClusterHealthFilter.OfKey(trigger.StimulusKey)?.Matches(change.Cluster, labels, change.To.ToString()) == true)
            {
                var started = await runtime.StartTriggerAsync(
                    trigger, new Stimulus(new StimulusKey(trigger.StimulusName, trigger.StimulusKey), payload.DeepClone()), null, key, cancellationToken);
                Started(trigger.DefinitionId, change.Cluster, change.To, started.Outcome);
            }
        }

        await health.MarkAnnouncedAsync(change.Cluster, change.Number, all: true, cancellationToken);
    }

    private static JsonObject PayloadOf(ClusterTransition change, IReadOnlyDictionary<string, string> labels) => new()
    {
        ["cluster"] = change.Cluster,
        ["labels"] = new JsonObject(labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)JsonValue.Create(l.Value)))),
        ["from"] = change.From?.ToString(),
        ["to"] = change.To.ToString(),
        ["reason"] = change.Reason,
        ["message"] = change.Message,
        ["at"] = change.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["transition"] = change.Number,
    };

    private void Nudge(object? sender, EventArgs e)
    {
        try
        {
            nudged.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look already.
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(Look, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, limit.Token);
        await nudged.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(LogLevel.Information, "Definition {DefinitionId} starts since cluster {Cluster} is ready {Ready}: {Outcome}")]
    private partial void Started(string definitionId, string cluster, ConditionStatus ready, StartOutcome outcome);

    [LoggerMessage(LogLevel.Error, "Changes of cluster {Cluster} could not be announced; it is tried again")]
    private partial void NotAnnounced(Exception exception, string cluster);
}
