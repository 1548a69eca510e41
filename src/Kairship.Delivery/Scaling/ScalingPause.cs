using Kairship.Delivery.Releases;

namespace Kairship.Delivery.Scaling;

/// <summary>How long nothing is tried after scalings that did not succeed: what cannot be placed now will hardly be placed in some seconds, and what people refused is not asked again at once.</summary>
public static class ScalingPause
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromHours(1);

    /// <param name="releases">Of the application, newest first; more than a few do not matter.</param>
    /// <returns>Until when, and why as a sentence; null: there is no reason to wait.</returns>
    public static (DateTimeOffset Until, string Why)? Of(IReadOnlyList<Release> releases, DateTimeOffset now)
    {
        var failed = releases.TakeWhile(r => r is { Kind: ReleaseKind.Scale, IsOver: true } && r.Status != ReleaseStatus.Succeeded).ToList();
        if (failed.Count == 0 || failed[0].FinishedAt is not { } ended)
        {
            return null;
        }

        var refused = failed[0].Status is ReleaseStatus.Rejected or ReleaseStatus.Aborted;
        var pause = refused ? AfterRefusal : failed.Count > 6 ? Longest : First * Math.Pow(2, failed.Count - 1);
        var until = ended + (pause < Longest || refused ? pause : Longest);
        return until <= now ? null : (until, $"{failed[0].Id} ended as {failed[0].Status}{(failed.Count > 1 ? $", the {failed.Count}th in a row that did not succeed" : "")}: the next is tried at {until:u}.");
    }
}
