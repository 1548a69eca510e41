using System.Threading.Channels;
using Kairship.Delivery.Releases;
using Kairship.Server.Live;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Releases;

/// <summary>A release whose workflow ended without ending it has failed: it says so, with the workflow's own reason, and gives up the application.</summary>
internal sealed partial class ReleaseProjector(
    IDeliveryStore delivery, IWorkflowStore store, ServerMetrics metrics, TimeProvider time, ILogger<ReleaseProjector> logger) : BackgroundService
{
    private const int JournalTail = 200;

    // Whatever does not fit is found by the reconciler.
    private readonly Channel<string> ended = Channel.CreateBounded<string>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Listens to the engine; never blocks it.</summary>
    public void Committed(string instanceId, InstanceStatus status)
    {
        metrics.Committed();
        if (status is InstanceStatus.Faulted or InstanceStatus.Cancelled or InstanceStatus.Finished)
        {
            metrics.InstanceEnded(status.ToString());
            ended.Writer.TryWrite(instanceId);
        }
    }

    public async Task ProjectAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(instanceId, cancellationToken) is not { CorrelationId: { } releaseId } instance
            || await delivery.GetReleaseAsync(releaseId, cancellationToken) is not { IsOver: false } release
            || (release.InstanceId is not null && release.InstanceId != instanceId))
        {
            return;
        }

        var reason = await ReasonAsync(instance, cancellationToken);
        if (reason is null)
        {
            return;
        }

        // First the story, then the end: once a release is over, nobody comes back to tell.
        await delivery.AddReleaseEventAsync(
            new ReleaseEvent(releaseId, time.GetUtcNow(), "failed", null, reason), $"projected:{instanceId}", cancellationToken);
        if (await delivery.SetReleaseStatusAsync(releaseId, ReleaseStatus.Failed, reason, time.GetUtcNow(), cancellationToken))
        {
            metrics.ReleaseFailed(release.Workflow);
            Failed(releaseId, reason);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var instance in ended.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await ProjectAsync(instance, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotProjected(e, instance);
            }
        }
    }

    /// <summary>Null: it has not ended.</summary>
    private async Task<string?> ReasonAsync(InstanceRecord instance, CancellationToken cancellationToken) => instance.Status switch
    {
        InstanceStatus.Cancelled => $"The workflow instance {instance.Id} was cancelled; what it had applied stays as it is.",
        InstanceStatus.Finished => $"The workflow {instance.DefinitionId} finished without saying how the release ended.",
        InstanceStatus.Faulted => await IncidentAsync(instance, cancellationToken) ?? $"The workflow instance {instance.Id} faulted.",
        _ => null,
    };

    private async Task<string?> IncidentAsync(InstanceRecord instance, CancellationToken cancellationToken)
    {
        var length = (await store.ReadJournalAsync(instance.Id, new PageRequest(0, 1), cancellationToken)).Total;
        var tail = await store.ReadJournalAsync(instance.Id, new PageRequest((int)Math.Max(0, length - JournalTail), JournalTail), cancellationToken);
        var line = tail.Items.LastOrDefault(l => l.Event.Contains("Fault", StringComparison.OrdinalIgnoreCase) && l.Message is { Length: > 0 });
        return line is null ? null : line.ActivityId is null ? line.Message : $"{line.ActivityId}: {line.Message}";
    }

    [LoggerMessage(LogLevel.Warning, "Release {Release} failed: {Reason}")]
    private partial void Failed(string release, string reason);

    [LoggerMessage(LogLevel.Error, "The end of instance {Instance} could not be told to its release; the reconciler tries again")]
    private partial void NotProjected(Exception exception, string instance);
}
