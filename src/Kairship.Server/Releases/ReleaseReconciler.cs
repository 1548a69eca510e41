using Kairship.Delivery.Approvals;
using Kairship.Delivery.Releases;
using Kairship.Server.Approvals;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Releases;

/// <summary>
/// Finishes what a crash left between two steps: releases without an instance, decided approvals that their gate was not told of, ended
/// instances whose release does not know, questions about what is over. Everything is looked at when the server starts and now and then after that.
/// </summary>
internal sealed partial class ReleaseReconciler(
    IDeliveryStore delivery, IWorkflowStore store, WorkflowRuntime runtime, ReleaseLauncher launcher, ReleaseProjector projector, ApprovalService approvals,
    TimeProvider time, ILogger<ReleaseReconciler> logger) : BackgroundService
{
    private const int Limit = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>A younger release without an instance is being started by a request right now.</summary>
    private static readonly TimeSpan Orphaned = TimeSpan.FromSeconds(10);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        runtime.InstanceCommitted += projector.Committed;
        await ReconcileAsync(TimeSpan.Zero, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        runtime.InstanceCommitted -= projector.Committed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ReconcileAsync(Orphaned, stoppingToken);
        }
    }

    private async Task ReconcileAsync(TimeSpan minAge, CancellationToken cancellationToken)
    {
        try
        {
            await LaunchOrphansAsync(minAge, cancellationToken);
            await TellApprovalsAsync(cancellationToken);
            await ProjectEndedAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(e);
        }
    }

    private async Task LaunchOrphansAsync(TimeSpan minAge, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - minAge;
        foreach (var release in await delivery.ListOrphanedReleasesAsync(cancellationToken))
        {
            if (!release.IsOver && release.RequestedAt <= before)
            {
                Orphan(release.Id);
                await launcher.LaunchAsync(release, cancellationToken);
            }
        }
    }

    private async Task TellApprovalsAsync(CancellationToken cancellationToken)
    {
        foreach (var approval in await delivery.ListApprovalsAsync(pendingOnly: false, Limit, cancellationToken))
        {
            if (approval.Status == ApprovalStatus.Pending)
            {
                await approvals.CloseAsync(approval, cancellationToken);
            }
            else if (approval.Status is ApprovalStatus.Approved or ApprovalStatus.Rejected
                && approval.Decisions.Count > 0
                && await delivery.GetReleaseAsync(approval.ReleaseId, cancellationToken) is { Status: ReleaseStatus.AwaitingApproval })
            {
                await approvals.TellAsync(approval, approval.Decisions[^1].By, cancellationToken);
            }
        }
    }

    private async Task ProjectEndedAsync(CancellationToken cancellationToken)
    {
        foreach (var release in (await delivery.ListReleasesAsync(null, 0, Limit, cancellationToken)).Items)
        {
            if (!release.IsOver && release.InstanceId is { } id
                && await store.GetInstanceAsync(id, cancellationToken) is { Status: InstanceStatus.Faulted or InstanceStatus.Cancelled or InstanceStatus.Finished })
            {
                await projector.ProjectAsync(id, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Release {Release} had no workflow instance yet: it is started now")]
    private partial void Orphan(string release);

    [LoggerMessage(LogLevel.Error, "Reconciling releases failed; it is tried again")]
    private partial void Failed(Exception exception);
}
