using System.Collections.Concurrent;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Releases;

/// <summary>What an activity needs of the release that it works for.</summary>
/// <param name="Stable">What was released before, as its own plan put it into the clusters; null for the first release.</param>
/// <param name="Clusters">How the release stands, by cluster, as last read or written by this activity.</param>
internal sealed record ReleaseWork(Release Release, Rendition Target, Rendition? Stable, ConcurrentDictionary<string, ReleaseCluster> Clusters);

/// <summary>Loads releases for activities and writes down how they go on.</summary>
internal sealed class ReleaseDesk(IDeliveryStore store, TimeProvider time)
{
    public IDeliveryStore Store => store;

    /// <exception cref="ActivityInputException">There is no such release, or another instance carries it out: two would undo each other's work, and who may start workflows may not therefore release.</exception>
    public async Task<Release> GetAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var id = context.RequiredText("Release");
        var release = await store.GetReleaseAsync(id, cancellationToken)
            ?? throw new ActivityInputException(context.ActivityId, "Release", $"names '{id}', and there is no such release");
        return release.InstanceId is null || context.RootInstanceId is null || release.InstanceId == context.RootInstanceId
            ? release
            : throw new ActivityInputException(
                context.ActivityId, "Release", $"names '{id}', which instance {release.InstanceId} carries out: only that one and those that it starts act on it");
    }

    /// <summary>The release with what it goes to and where it comes from.</summary>
    /// <exception cref="ActivityInputException">There is no such release, or it has no plan yet.</exception>
    public async Task<ReleaseWork> LoadAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var release = await GetAsync(context, cancellationToken);
        if (release.IsOver)
        {
            throw new ActivityInputException(
                context.ActivityId, "Release", $"names '{release.Id}', which is over ({release.Status}) and has given its application up: it may not change anything any more");
        }

        return await WorkAsync(release, cancellationToken)
            ?? throw new ActivityInputException(context.ActivityId, "Release", $"names '{release.Id}', which has no plan yet: put Plan Release before this activity");
    }

    /// <summary>A release that another one ended; null when it had no plan yet, and so touched nothing.</summary>
    public async Task<ReleaseWork?> LoadEndedAsync(string id, CancellationToken cancellationToken) =>
        await store.GetReleaseAsync(id, cancellationToken) is { } release ? await WorkAsync(release, cancellationToken) : null;

    private async Task<ReleaseWork?> WorkAsync(Release release, CancellationToken cancellationToken)
    {
        if (await RenditionAsync(release, cancellationToken) is not { } target)
        {
            return null;
        }

        var states = await store.ListReleaseClustersAsync(release.Id, cancellationToken);
        return new ReleaseWork(
            release, target, await StableAsync(release.Application, release.FromRevision, release.Number, cancellationToken), new(states.ToDictionary(s => s.Cluster)));
    }

    /// <summary>What a release puts where; null: it has no plan.</summary>
    public async Task<Rendition?> RenditionAsync(Release release, CancellationToken cancellationToken) =>
        await store.GetPlanAsync(release.Id, cancellationToken) is { } plan
            ? new Rendition(release.Id, release.Spec, plan, await ManifestsAsync(release.Application, release.Revision, cancellationToken))
            : null;

    /// <summary>What the last succeeded release before <paramref name="before"/> left in the clusters; null when there was none.</summary>
    public async Task<Rendition?> StableAsync(string application, string? revision, int before, CancellationToken cancellationToken)
    {
        if (revision is null)
        {
            return null;
        }

        await foreach (var release in store.NewestFirstAsync(application, cancellationToken))
        {
            if (release.Number < before && release.Status == ReleaseStatus.Succeeded && release.Revision == revision && await store.GetPlanAsync(release.Id, cancellationToken) is { } plan)
            {
                return new Rendition(release.Id, release.Spec, plan, await ManifestsAsync(application, revision, cancellationToken));
            }
        }

        return null;
    }

    /// <summary>Adds a line to the release's story, once for each execution and topic.</summary>
    public Task TellAsync(EffectContext context, string releaseId, string kind, string? cluster, string message, CancellationToken cancellationToken)
    {
        context.Note(message);
        return store.AddReleaseEventAsync(
            new ReleaseEvent(releaseId, time.GetUtcNow(), kind, cluster, message), $"{context.ExecutionId}/{kind}/{cluster}", cancellationToken);
    }

    public Task<bool> MoveAsync(Release release, ReleaseStatus status, string? reason, CancellationToken cancellationToken) =>
        store.SetReleaseStatusAsync(release.Id, status, reason, time.GetUtcNow(), cancellationToken);

    /// <summary>Writes down how a cluster stands, unless that is known already.</summary>
    public async Task SaveAsync(ReleaseWork work, ReleaseCluster state, CancellationToken cancellationToken)
    {
        if (!work.Clusters.TryGetValue(state.Cluster, out var known) || known with { UpdatedAt = state.UpdatedAt } != state)
        {
            await store.SaveReleaseClusterAsync(state, cancellationToken);
            work.Clusters[state.Cluster] = state;
        }
    }

    public ReleaseCluster StateOf(ReleaseWork work, string cluster) =>
        work.Clusters.TryGetValue(cluster, out var known)
            ? known with { UpdatedAt = time.GetUtcNow() }
            : new ReleaseCluster(
                work.Release.Id, cluster, work.Target.PlanOf(cluster)?.Wave ?? "", ClusterPhase.Waiting, 0, 0, 0, "Unknown", null, time.GetUtcNow());

    private async Task<IReadOnlyList<Manifest>> ManifestsAsync(string application, string revision, CancellationToken cancellationToken)
    {
        var found = await store.GetRevisionAsync(application, revision, cancellationToken)
            ?? throw new InvalidOperationException($"Revision {revision} of {application} is not stored.");
        return ManifestParser.FromJsonArray(found.Manifests);
    }
}
