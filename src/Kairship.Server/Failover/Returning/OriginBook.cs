using System.Collections.Concurrent;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;

namespace Kairship.Server.Failover.Returning;

/// <summary>
/// Where applications were before they had to move, read from their releases. What succeeded before the last that succeeded never changes: it is read once, and remembered as long as the application is there. Who never
/// failed over is found out by one query for all.
/// </summary>
internal sealed class OriginBook(IDeliveryStore delivery)
{
    private const int MostReleases = 500;
    private const int MostFailovers = 10_000;
    private readonly ConcurrentDictionary<string, (string Release, FailbackOrigin? Origin)> known = new(StringComparer.Ordinal);

    /// <summary>How many applications something is remembered of.</summary>
    public int Remembered => known.Count;

    /// <summary>Of those that have to return somewhere, by name.</summary>
    public async Task<IReadOnlyDictionary<string, FailbackOrigin>> AllAsync(IReadOnlyDictionary<string, ApplicationHistory> histories, CancellationToken cancellationToken)
    {
        foreach (var gone in known.Keys.Where(name => !histories.ContainsKey(name)))
        {
            known.TryRemove(gone, out _);
        }

        var origins = new Dictionary<string, FailbackOrigin>(StringComparer.Ordinal);
        HashSet<string>? failedOver = null;
        foreach (var (name, history) in histories)
        {
            if (!known.TryGetValue(name, out var found) || found.Release != history.Stable.Id)
            {
                failedOver ??= await FailedOverAsync(histories, cancellationToken);
                var origin = failedOver.Contains(name) ? FailbackOrigins.Of(await HistoryAsync(history.Stable, cancellationToken)) : null;
                known[name] = found = (history.Stable.Id, origin);
            }

            if (found.Origin is not null)
            {
                origins[name] = found.Origin;
            }
        }

        return origins;
    }

    /// <summary>Where there are too many failovers to know, all might have.</summary>
    private async Task<HashSet<string>> FailedOverAsync(IReadOnlyDictionary<string, ApplicationHistory> histories, CancellationToken cancellationToken)
    {
        var failovers = await delivery.ListFailoversAsync(DateTimeOffset.MinValue, MostFailovers, cancellationToken);
        return (failovers.Count < MostFailovers ? failovers.Select(f => f.Application) : histories.Keys).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Oldest first; none when it never failed over, whose plans nobody needs then.</summary>
    private async Task<IReadOnlyList<PlacedRelease>> HistoryAsync(Release stable, CancellationToken cancellationToken)
    {
        var releases = await delivery.NewestFirstAsync(stable.Application, cancellationToken).Take(MostReleases)
            .Where(r => r.Status == ReleaseStatus.Succeeded && r.Number <= stable.Number).ToListAsync(cancellationToken);
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
