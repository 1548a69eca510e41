using System.Runtime.CompilerServices;

namespace Kairship.Delivery.Releases;

/// <summary>The releases of one application, read as far back as somebody goes.</summary>
public static class ReleaseHistory
{
    private const int Page = 50;

    /// <summary>Newest first. The last that succeeded, and those since, are read by <see cref="IDeliveryStore.ListStandingsAsync"/>.</summary>
    public static async IAsyncEnumerable<Release> NewestFirstAsync(this IDeliveryStore store, string application, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var skip = 0; ; skip += Page)
        {
            var (releases, total) = await store.ListReleasesAsync(application, skip, Page, cancellationToken);
            foreach (var release in releases)
            {
                yield return release;
            }

            if (releases.Count == 0 || skip + releases.Count >= total)
            {
                yield break;
            }
        }
    }

    /// <summary>Where one application stands; null: there is none of that name.</summary>
    public static async Task<ApplicationStanding?> FindStandingAsync(this IDeliveryStore store, string application, CancellationToken cancellationToken) =>
        (await store.ListStandingsAsync(application, cancellationToken)).SingleOrDefault();
}
