using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Activities.Clusters;
using Kairship.Activities.Scaling;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Clusters;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Scaling;

/// <summary>Starts the workflows that begin by a scaling that is due, or by a cluster that is short of room.</summary>
internal sealed partial class ScalingAnnouncer(IWorkflowStore store, WorkflowRuntime runtime, IClusterStore clusters, ILogger<ScalingAnnouncer> logger)
{
    /// <summary>How soon the same wish may start again, where what it started came to nothing and made no release.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    /// <param name="after">The newest release of the application: a wish after another release is another one.</param>
    public async Task AnnounceAsync(string application, ScalingAdvice advice, int after, CancellationToken cancellationToken)
    {
        var cause = advice.Cause ?? ScalingCause.Metric;
        var payload = new JsonObject
        {
            ["application"] = application, ["cause"] = cause.ToString(), ["current"] = advice.Current, ["total"] = advice.Total, ["reason"] = advice.Reason,
        };
        var key = string.Create(CultureInfo.InvariantCulture, $"scaling:{application}:{after}:{advice.Total}:{advice.At.UtcTicks / Again.Ticks}");
        foreach (var trigger in await store.ListTriggersAsync(ScalingStimulus.Due, cancellationToken))
        {
            if (ScalingFilter.OfKey(trigger.StimulusKey)?.Matches(application, cause) == true)
            {
                var started = await StartAsync(trigger, payload, key, cancellationToken);
                Due(trigger.DefinitionId, application, advice.Reason, started);
            }
        }
    }

    /// <summary>The same alarm, told again, starts nothing.</summary>
    public async Task AnnounceAsync(CapacityAlarm alarm, CancellationToken cancellationToken)
    {
        var labels = (await clusters.GetAsync(alarm.Cluster, cancellationToken))?.Labels ?? new Dictionary<string, string>();
        var payload = new JsonObject
        {
            ["cluster"] = alarm.Cluster,
            ["labels"] = new JsonObject(labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)JsonValue.Create(l.Value)))),
            ["reason"] = alarm.Sentence,
            ["since"] = alarm.Since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };
        foreach (var trigger in await store.ListTriggersAsync(ScalingStimulus.Short, cancellationToken))
        {
            if (ClusterHealthFilter.OfKey(trigger.StimulusKey)?.Matches(alarm.Cluster, labels, ClusterHealthFilter.Any) == true)
            {
                var started = await StartAsync(trigger, payload, string.Create(CultureInfo.InvariantCulture, $"capacity:{alarm.Cluster}:{alarm.Since.UtcTicks}"), cancellationToken);
                Short(trigger.DefinitionId, alarm.Cluster, alarm.Sentence, started);
            }
        }
    }

    private async Task<StartOutcome> StartAsync(TriggerRecord trigger, JsonObject payload, string key, CancellationToken cancellationToken) => (await runtime.StartTriggerAsync(
        trigger, new Stimulus(new StimulusKey(trigger.StimulusName, trigger.StimulusKey), payload.DeepClone()), null, key, cancellationToken)).Outcome;

    [LoggerMessage(LogLevel.Information, "Definition {DefinitionId} starts since application {Application} should be scaled ({Reason}): {Outcome}")]
    private partial void Due(string definitionId, string application, string reason, StartOutcome outcome);

    [LoggerMessage(LogLevel.Information, "Definition {DefinitionId} starts since cluster {Cluster} is short of room ({Reason}): {Outcome}")]
    private partial void Short(string definitionId, string cluster, string reason, StartOutcome outcome);
}
