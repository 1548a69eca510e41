using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Delivery.Releases;
using Kairship.Server.Applications;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Releases;

/// <summary>Pause, resume, abort, roll back.</summary>
internal sealed class ReleaseControl(
    IDeliveryStore delivery, IWorkflowStore instances, WorkflowRuntime runtime, ReleaseLauncher launcher, ReleaseStarter starter, WorkflowLookup workflows,
    TimeProvider time)
{
    public const string RollbackWorkflow = "rollback";
    private const int MaxReason = 1000;

    public async Task<Answer<ReleaseInfo>> PauseAsync(string id, string by, string? reason, CancellationToken cancellationToken)
    {
        var found = await ActiveAsync(id, reason, cancellationToken);
        if (found.Refusal is { } refusal)
        {
            return refusal;
        }

        if (found.Granted.Status is ReleaseStatus.RollingBack)
        {
            return Refusal.Conflict($"Release {id} is rolling back: that is not paused half-way.");
        }

        await runtime.PauseAsync(found.Granted.InstanceId!, cancellationToken);
        return await MoveAsync(id, ReleaseStatus.Paused, "paused", by, reason, cancellationToken);
    }

    public async Task<Answer<ReleaseInfo>> ResumeAsync(string id, string by, string? reason, CancellationToken cancellationToken)
    {
        var found = await ActiveAsync(id, reason, cancellationToken);
        if (found.Refusal is { } refusal)
        {
            return refusal;
        }

        // A pause is two writes: the status may not have followed, or an activity that was running may have said something else since.
        if (found.Granted.Status is not ReleaseStatus.Paused
            && await instances.GetInstanceAsync(found.Granted.InstanceId!, cancellationToken) is not { Status: InstanceStatus.Paused })
        {
            return Refusal.Conflict($"Release {id} is not paused: it is {found.Granted.Status}.");
        }

        // The status first: once the workflow runs again, it says itself where it stands.
        var waits = (await delivery.ListApprovalsAsync(pendingOnly: true, 1000, cancellationToken)).Any(a => a.ReleaseId == id);
        var moved = await MoveAsync(id, waits ? ReleaseStatus.AwaitingApproval : ReleaseStatus.Progressing, "resumed", by, reason, cancellationToken);
        await runtime.ResumeAsync(found.Granted.InstanceId!, cancellationToken);
        return moved;
    }

    public async Task<Answer<ReleaseInfo>> AbortAsync(string id, string by, string? reason, CancellationToken cancellationToken)
    {
        var found = await ActiveAsync(id, reason, cancellationToken);
        return found.Refusal is { } refusal ? refusal : await StopAsync(found.Granted, by, reason, rollback: false, cancellationToken);
    }

    public async Task<Answer<ReleaseInfo>> RollBackAsync(string id, string by, string? reason, CancellationToken cancellationToken)
    {
        if (await delivery.GetReleaseAsync(id, cancellationToken) is not { } release)
        {
            return ReleaseQueries.Unknown(id);
        }

        if (!release.IsOver)
        {
            var found = await ActiveAsync(id, reason, cancellationToken);
            return found.Refusal is { } refusal ? refusal : await StopAsync(found.Granted, by, reason, rollback: true, cancellationToken);
        }

        return await ReleaseBeforeAsync(release, by, cancellationToken);
    }

    private async Task<Answer<ReleaseInfo>> ReleaseBeforeAsync(Release release, string by, CancellationToken cancellationToken)
    {
        if (release.Status is not ReleaseStatus.Succeeded)
        {
            return Refusal.Conflict($"Release {release.Id} ended {release.Status}: it left nothing in place that could be rolled back.");
        }

        var current = await delivery.GetCurrentRevisionAsync(release.Application, cancellationToken);
        if (current != release.Revision)
        {
            return Refusal.Conflict(
                $"{release.Application} is at revision {current ?? "none"} now, not at {release.Revision} of {release.Id}: roll back the release that put that there.");
        }

        if (release.FromRevision is null)
        {
            return Refusal.Conflict($"Release {release.Id} was the first of {release.Application}: there is no revision before it.");
        }

        if (await workflows.MissingAsync(RollbackWorkflow, cancellationToken) is { } missing)
        {
            return missing;
        }

        return await delivery.GetApplicationAsync(release.Application, cancellationToken) is { } spec
            ? await starter.StartAsync(spec, release.FromRevision, RollbackWorkflow, by, null, cancellationToken)
            : ApplicationService.Unknown(release.Application);
    }

    private async Task<Answer<ReleaseInfo>> StopAsync(Release release, string by, string? reason, bool rollback, CancellationToken cancellationToken)
    {
        var word = rollback ? "rollback" : "abort";
        var payload = new JsonObject { ["by"] = by, ["reason"] = reason, ["rollback"] = rollback };
        await runtime.SignalAsync(
            release.InstanceId!, new Stimulus(ReleaseSignals.Abort(release.Id), payload), $"{word}:{release.Id}", cancellationToken);
        await NoteAsync(release.Id, word, by, reason, cancellationToken);
        if (release.Status is ReleaseStatus.Paused)
        {
            await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Progressing, null, time.GetUtcNow(), cancellationToken);
        }

        // Whatever the status says: a workflow that is paused would never get to the abort.
        await runtime.ResumeAsync(release.InstanceId!, cancellationToken);

        return ReleaseInfos.Of((await delivery.GetReleaseAsync(release.Id, cancellationToken))!);
    }

    /// <summary>The release when it is under way and has its instance.</summary>
    private async Task<Answer<Release>> ActiveAsync(string id, string? reason, CancellationToken cancellationToken)
    {
        if (reason is { Length: > MaxReason })
        {
            return Refusal.Unprocessable("The reason is too long.", [new ProblemError("reason", $"must have at most {MaxReason} characters")]);
        }

        if (await delivery.GetReleaseAsync(id, cancellationToken) is not { } release)
        {
            return ReleaseQueries.Unknown(id);
        }

        if (!release.IsOver && release.InstanceId is null)
        {
            release = await launcher.LaunchAsync(release, cancellationToken);
        }

        return release.IsOver ? Refusal.Conflict($"Release {id} is over: it ended {release.Status}.") : release;
    }

    private async Task<Answer<ReleaseInfo>> MoveAsync(
        string id, ReleaseStatus status, string word, string by, string? reason, CancellationToken cancellationToken)
    {
        await delivery.SetReleaseStatusAsync(id, status, null, time.GetUtcNow(), cancellationToken);
        await NoteAsync(id, word, by, reason, cancellationToken);
        return ReleaseInfos.Of((await delivery.GetReleaseAsync(id, cancellationToken))!);
    }

    private Task NoteAsync(string id, string word, string by, string? reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var message = reason is { Length: > 0 } ? $"{word} by {by}: {reason}" : $"{word} by {by}";
        return delivery.AddReleaseEventAsync(new ReleaseEvent(id, now, "operator", null, message), $"operator:{word}:{now.UtcTicks}", cancellationToken);
    }
}
