using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;

namespace Kairship.Server.Failover.Returning;

/// <summary>
/// Which attempt of a return it is. One that failed before it wrote anything, since a cluster did not answer when it was planned, is made again after a while: else the application would stay away for good for want of one
/// answer. What people stopped, or what was taken back on its way, is not.
/// </summary>
internal sealed class FailbackAttempts(IDeliveryStore delivery, TimeProvider time)
{
    public const int Most = 6;

    /// <summary>Twice as long after each.</summary>
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(5);

    /// <summary>The case with the attempt that was begun last, or with the key of that which comes next.</summary>
    /// <param name="first">With the first attempt, where that was begun.</param>
    public async Task<FailbackCase> OfAsync(FailbackCase first, CancellationToken cancellationToken)
    {
        var begun = first.Begun;
        for (var attempt = 1; begun is not null; attempt++)
        {
            if (attempt == Most || begun is not { Status: ReleaseStatus.Failed, FinishedAt: { } end } || await HasWrittenAsync(begun, cancellationToken))
            {
                return first with { DedupeKey = KeyOf(first, attempt), Begun = begun };
            }

            var next = first with { DedupeKey = KeyOf(first, attempt + 1), Begun = null };
            var at = end + (Backoff * Math.Pow(2, attempt - 1));
            if (at > time.GetUtcNow() && next.IsDue)
            {
                return next with { Answer = new FailbackAnswer(FailbackVerdict.Wait, $"{begun.Id} did not begin: {begun.Reason} It is tried again.", at) };
            }

            begun = await delivery.FindStartedReleaseAsync(next.DedupeKey, cancellationToken);
            if (begun is null)
            {
                return next;
            }
        }

        return first;
    }

    private static string KeyOf(FailbackCase first, int attempt) => attempt == 1 ? first.DedupeKey : $"{first.DedupeKey}:{attempt}";

    private async Task<bool> HasWrittenAsync(Release release, CancellationToken cancellationToken) =>
        (await delivery.ListReleaseClustersAsync(release.Id, cancellationToken)).Any(c => c.Phase != ClusterPhase.Waiting);
}
