using Kairship.Activities.Releases;
using Kairship.Delivery.Releases;

namespace Kairship.Activities.Rollouts;

/// <summary>What a release that did not come to its end may have left in clusters.</summary>
/// <param name="Clusters">Those that it touched and that nobody brought back to what they had.</param>
internal sealed record HalfWayRelease(Rendition What, IReadOnlyList<string> Clusters);

/// <summary>
/// Finds what the last succeeded release does not tell: clusters where an application may run, or may have been stopped, since a release ended half way there. Who moves what must not run twice has to know them.
/// </summary>
internal sealed class HalfWay(RemainsReader remains, ReleaseDesk desk)
{
    /// <param name="stable">The last succeeded release; null: there was none.</param>
    /// <param name="before">Number of the release that asks; those after it count for nothing.</param>
    public async Task<IReadOnlyList<HalfWayRelease>> OfAsync(string application, Rendition? stable, int before, CancellationToken cancellationToken)
    {
        var found = new List<HalfWayRelease>();
        var ends = (await remains.EndsAsync(application, cancellationToken)).Where(e => e.Release.Number < before).ToList();
        var placed = stable?.Plan.Targets.Select(t => t.Cluster).ToList() ?? [];
        var newestFirst = ends.ConvertAll(e => e.Clusters);
        var unsettled = Remains.Of(newestFirst, placed).Concat(Remains.Disturbed(newestFirst, placed)).ToHashSet(StringComparer.Ordinal);
        foreach (var (release, clusters) in ends)
        {
            // Each is told of the last release that touched it.
            var touched = clusters.Where(c => c.Phase != ClusterPhase.Waiting && unsettled.Remove(c.Cluster)).Select(c => c.Cluster).ToList();
            if (touched.Count > 0 && await desk.RenditionAsync(release, cancellationToken) is { } what)
            {
                found.Add(new HalfWayRelease(what, touched));
            }
        }

        return found;
    }
}
