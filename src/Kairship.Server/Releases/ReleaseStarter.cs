using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Releases;
using Kairship.Server.Applications;
using Kairship.Server.Live;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Releases;

/// <summary>What somebody wants released.</summary>
/// <param name="DedupeKey">The same key twice starts one release.</param>
internal sealed record ReleaseOrder(
    string Application, string? Source, IReadOnlyList<ImageTag>? Images, string? Revision, string? Workflow, string By, string? DedupeKey);

/// <summary>Another place that an application is to have, with the revision that it has.</summary>
/// <param name="By">A person, or what decided it, such as "workflow:failover".</param>
/// <param name="DedupeKey">The same key twice starts one release.</param>
internal sealed record ChangeOrder(string Application, PlacementChange Change, string By, string DedupeKey)
{
    public string Workflow { get; init; } = "move";
}

/// <summary>
/// Starts releases: manifests to a revision, the release with its arbiter lease, then its workflow instance. Each step is durable and repeats without
/// doing anything twice; <see cref="ReleaseReconciler"/> finishes what a crash left between two of them.
/// </summary>
internal sealed partial class ReleaseStarter(
    IDeliveryStore delivery, RevisionSource revisions, ReleaseLauncher launcher, WorkflowLookup workflows, ServerMetrics metrics, TimeProvider time,
    ILogger<ReleaseStarter> logger)
{
    public async Task<Answer<ReleaseInfo>> StartAsync(ReleaseOrder order, CancellationToken cancellationToken)
    {
        if (await FindStartedAsync(order.DedupeKey, cancellationToken) is { } before)
        {
            return ReleaseInfos.Of(await launcher.LaunchAsync(before, cancellationToken));
        }

        if (await delivery.GetApplicationAsync(order.Application, cancellationToken) is not { } spec)
        {
            return ApplicationService.Unknown(order.Application);
        }

        var workflow = order.Workflow ?? spec.Rollout.Workflow;
        if ((await workflows.MissingAsync(workflow, cancellationToken) ?? await workflows.UngatedAsync(spec, workflow, cancellationToken)) is { } unfit)
        {
            return unfit;
        }

        // Before a revision is made for nothing; what decides is the lease that StartReleaseAsync takes.
        if (await delivery.GetArbiterLeaseAsync(order.Application, cancellationToken) is { Purpose: >= ArbiterPurpose.Release } lease)
        {
            if (await FindStartedAsync(order.DedupeKey, cancellationToken) is { } meanwhile)
            {
                return ReleaseInfos.Of(await launcher.LaunchAsync(meanwhile, cancellationToken));
            }

            return Refusal.Conflict($"{order.Application} is held by {lease.Holder} since {lease.Since:u}: wait until that is over, or abort it.");
        }

        var draft = await revisions.DraftAsync(order.Application, order.Source, order.Images, order.Revision, cancellationToken);
        if (draft.Refusal is { } refusal)
        {
            return refusal;
        }

        var revision = await revisions.KeepAsync(order.Application, draft.Granted, order.By, cancellationToken);
        return await StartAsync(spec, revision.Name, workflow, order.By, order.DedupeKey, cancellationToken);
    }

    /// <summary>A release of the current revision to another place (ADR 7), by the application's present wishes.</summary>
    /// <exception cref="DeliveryConflictException">Somebody holds the application for as much or more.</exception>
    public async Task<Answer<ReleaseInfo>> StartChangeAsync(ChangeOrder order, CancellationToken cancellationToken)
    {
        if (await FindStartedAsync(order.DedupeKey, cancellationToken) is { } before)
        {
            return ReleaseInfos.Of(await launcher.LaunchAsync(before, cancellationToken));
        }

        if (await delivery.GetApplicationAsync(order.Application, cancellationToken) is not { } spec)
        {
            return ApplicationService.Unknown(order.Application);
        }

        if (await workflows.MissingAsync(order.Workflow, cancellationToken) is { } missing)
        {
            return missing;
        }

        if (await delivery.GetCurrentRevisionAsync(order.Application, cancellationToken) is not { } revision)
        {
            return Refusal.Conflict($"{order.Application} was never released, so that there is nothing to move: release it first.");
        }

        // Asked of a workflow without a gate, nobody would be.
        if (order.Change.Asks is not null && await workflows.UngatedAsync(spec with { Rollout = spec.Rollout with { Approval = spec.Rollout.Approval ?? new() } }, order.Workflow, cancellationToken) is { } ungated)
        {
            return ungated;
        }

        return await StartAsync(new NewRelease(await AsReleasedAsync(spec, cancellationToken), revision, order.Workflow, order.By, order.DedupeKey, order.Change), cancellationToken);
    }

    /// <summary>The application as it wishes to be placed now, with what it was released with: a change of place brings no edit that nobody has released, or agreed to.</summary>
    private async Task<Application> AsReleasedAsync(Application spec, CancellationToken cancellationToken) =>
        (await delivery.FindStandingAsync(spec.Name, cancellationToken))?.Stable is { Spec: var released }
            ? spec with { Namespace = released.Namespace, Overrides = released.Overrides, Apply = released.Apply, Status = released.Status }
            : spec;

    /// <summary>A release to a revision that exists, such as the one before.</summary>
    /// <exception cref="DeliveryConflictException">Somebody else holds the application.</exception>
    public async Task<ReleaseInfo> StartAsync(
        Application spec, string revision, string workflow, string by, string? dedupeKey, CancellationToken cancellationToken) =>
        await StartAsync(new NewRelease(spec, revision, workflow, by, dedupeKey), cancellationToken);

    private async Task<ReleaseInfo> StartAsync(NewRelease order, CancellationToken cancellationToken)
    {
        var release = await delivery.StartReleaseAsync(order, time.GetUtcNow(), cancellationToken);
        metrics.ReleaseStarted(order.Workflow);
        Started(release.Id, order.Revision, order.Workflow, order.RequestedBy);

        // From here on the release exists: hanging up does not stop it.
        return ReleaseInfos.Of(await launcher.LaunchAsync(release, CancellationToken.None));
    }

    private async Task<Release?> FindStartedAsync(string? dedupeKey, CancellationToken cancellationToken) =>
        dedupeKey is null ? null : await delivery.FindStartedReleaseAsync(dedupeKey, cancellationToken);

    [LoggerMessage(LogLevel.Information, "Release {Release} of revision {Revision} by workflow {Workflow}, asked for by {By}")]
    private partial void Started(string release, string revision, string workflow, string by);
}
