using System.Text.Json.Nodes;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Runtime;

namespace Kairship.Server.Releases;

/// <summary>Gives a release its workflow instance. May be called any number of times: the dedupe key starts one.</summary>
internal sealed class ReleaseLauncher(IDeliveryStore delivery, WorkflowRuntime runtime, TimeProvider time)
{
    /// <summary>The release as it is then: with its instance, or failed with the reason why it could not start.</summary>
    public async Task<Release> LaunchAsync(Release release, CancellationToken cancellationToken)
    {
        if (release.InstanceId is not null || release.IsOver)
        {
            return release;
        }

        await StopPreemptedAsync(release, cancellationToken);
        var result = await runtime.StartAsync(
            new StartRequest
            {
                DefinitionId = release.Workflow,
                Input = new JsonObject { ["Release"] = release.Id, ["Application"] = release.Application, ["Kind"] = release.Kind.ToString() },
                CorrelationId = release.Id,
                DedupeKey = $"release:{release.Id}",
                Name = release.Id,
                StartedBy = release.RequestedBy,
            },
            cancellationToken);
        if (result is { Started: true, InstanceId: { } instance })
        {
            await delivery.SetReleaseInstanceAsync(release.Id, instance, cancellationToken);
        }
        else
        {
            var reason = $"Workflow {release.Workflow} could not be started: {result.Problem ?? result.Outcome.ToString()}";
            await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Failed, reason, time.GetUtcNow(), cancellationToken);
        }

        return (await delivery.GetReleaseAsync(release.Id, cancellationToken))!;
    }

    /// <summary>The release is over since this one was started; its workflow may be about to find that out.</summary>
    private async Task StopPreemptedAsync(Release release, CancellationToken cancellationToken)
    {
        if (release.Change?.Preempted is { } ended && await delivery.GetReleaseAsync(ended, cancellationToken) is { InstanceId: { } instance })
        {
            await runtime.CancelAsync(instance, $"preempted:{release.Id}", cancellationToken);
        }
    }
}
