using System.Collections.Concurrent;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;

namespace Kairship.Server.Failover.Returning;

/// <summary>Where applications were before they had to move, read from their releases. What succeeded never changes: it is read once.</summary>
internal sealed class OriginBook(IDeliveryStore delivery)
{
    private const int Page = 50;
    private const int MostReleases = 500;
    private readonly ConcurrentDictionary<string, (string Release, FailbackOrigin? Origin)> known = new(StringComparer.Ordinal);

    /// <param name="stable">Its last release that succeeded.</param>
    public async Task<FailbackOrigin?> OfAsync(string application, Release stable, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(application, out var before) && before.Release == stable.Id)
        {
            return before.Origin;
        }

        var origin = FailbackOrigins.Of(await HistoryAsync(application, cancellationToken));
        known[application] = (stable.Id, origin);
        return origin;
    }

    /// <summary>Oldest first; none when it never failed over, whose plans nobody needs then.</summary>
    private async Task<IReadOnlyList<PlacedRelease>> HistoryAsync(string application, CancellationToken cancellationToken)
    {
        var releases = new List<Release>();
        for (var skip = 0; skip < MostReleases; skip += Page)
        {
            var (items, total) = await delivery.ListReleasesAsync(application, skip, Page, cancellationToken);
            releases.AddRange(items.Where(r => r.Status == ReleaseStatus.Succeeded));
            if (items.Count == 0 || skip + items.Count >= total)
            {
                break;
            }
        }

        var first = releases.FindLastIndex(r => r.Kind == ReleaseKind.Failover);
        var history = new List<PlacedRelease>();
        foreach (var release in releases.Take(first < 0 ? 0 : first + 2).Reverse())
        {
            if (await delivery.GetPlanAsync(release.Id, cancellationToken) is { } plan)
            {
                history.Add(new PlacedRelease(release.Id, release.Kind, release.Spec, release.RequestedAt, plan.ToPrevious()));
            }
        }

        return history;
    }
}
