using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;

namespace Kairship.Server.Clusters;

/// <inheritdoc cref="IClusterGrain"/>
internal sealed partial class ClusterGrain(
    ClusterProbe probe, ClusterConditions conditions, WorkflowRuntime runtime, ILogger<ClusterGrain> logger) : Grain, IClusterGrain
{
    /// <summary>What activities may wait for: its key is the cluster's name.</summary>
    public const string ChangedStimulus = "Kairship.Cluster.Changed";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Jitter = TimeSpan.FromSeconds(2);
    private IGrainTimer? timer;

    public Task LookAsync()
    {
        timer ??= this.RegisterGrainTimer(
            ProbeAsync,
            new GrainTimerCreationOptions
            {
                // Many clusters do not ask for their probes in the same second.
                DueTime = TimeSpan.FromMilliseconds(Random.Shared.Next(0, 500)),
                Period = Interval + (Jitter * Random.Shared.NextDouble()),
                KeepAlive = true,
            });
        return Task.CompletedTask;
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var cluster = this.GetPrimaryKeyString();
        try
        {
            var condition = await probe.ProbeAsync(cluster, cancellationToken);
            if (conditions.Record(condition))
            {
                Changed(cluster, condition.Ready.ToString(), condition.Reason, condition.Message);
                await runtime.PublishAsync(
                    new Stimulus(new StimulusKey(ChangedStimulus, cluster), null), null, $"health:{cluster}:{condition.Ready}:{condition.At.UtcTicks}",
                    cancellationToken);
            }
        }
        catch (UnknownClusterException)
        {
            // It was removed.
            conditions.Forget(cluster);
            timer?.Dispose();
            timer = null;
            DeactivateOnIdle();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotProbed(e, cluster);
        }
    }

    [LoggerMessage(LogLevel.Information, "Cluster {Cluster}: ready {Ready} ({Reason}) {Message}")]
    private partial void Changed(string cluster, string ready, string reason, string message);

    [LoggerMessage(LogLevel.Warning, "Cluster {Cluster} could not be probed")]
    private partial void NotProbed(Exception exception, string cluster);
}
