using Kairship.Delivery.Releases;

namespace Kairship.Activities.Releases;

/// <summary>A release without success, and how it stands in its clusters.</summary>
public sealed record ReleaseStand(Release Release, IReadOnlyList<ReleaseCluster> Clusters);

/// <summary>Finds the clusters where releases without success left something of an application.</summary>
public sealed class RemainsReader(IDeliveryStore store)
{
    /// <summary>Those since the last that succeeded, newest first. Two reads where that was the last.</summary>
    public async Task<IReadOnlyList<ReleaseStand>> EndsAsync(string application, CancellationToken cancellationToken) =>
        await EndsAsync(await store.NewestFirstAsync(application, cancellationToken).TakeWhile(r => r.Status != ReleaseStatus.Succeeded).ToListAsync(cancellationToken), cancellationToken);

    /// <param name="since">Releases since the last that succeeded, newest first.</param>
    public Task<IReadOnlyList<ReleaseStand>> EndsAsync(IEnumerable<Release> since, CancellationToken cancellationToken) => ReadAsync([.. since.Where(r => r.IsOver)], cancellationToken);

    /// <summary>In one read, and in their order; also of those that are under way.</summary>
    public async Task<IReadOnlyList<ReleaseStand>> ReadAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        var clusters = (await store.ListReleaseClustersAsync([.. releases.Select(r => r.Id)], cancellationToken)).ToLookup(c => c.ReleaseId);
        return [.. releases.Select(r => new ReleaseStand(r, [.. clusters[r.Id]]))];
    }

    /// <summary>By name.</summary>
    /// <param name="placed">Where the last release that succeeded put it.</param>
    public async Task<IReadOnlyList<string>> OfAsync(string application, IReadOnlyCollection<string> placed, CancellationToken cancellationToken) =>
        Remains.Of((await EndsAsync(application, cancellationToken)).Select(e => e.Clusters), placed);

    /// <param name="since">Releases since the last that succeeded, newest first.</param>
    public async Task<IReadOnlyList<string>> OfAsync(IEnumerable<Release> since, IReadOnlyCollection<string> placed, CancellationToken cancellationToken) =>
        Remains.Of((await EndsAsync(since, cancellationToken)).Select(e => e.Clusters), placed);
}
