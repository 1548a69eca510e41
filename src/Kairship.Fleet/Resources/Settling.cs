namespace Kairship.Fleet.Resources;

/// <summary>Waits for a cluster to get there.</summary>
internal static class Settling
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Asks at once, then less and less often. False: not within <paramref name="timeout"/>.</summary>
    public static async Task<bool> UntilAsync(TimeProvider clock, TimeSpan timeout, Func<Task<bool>> reached, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        for (var wait = First; ; wait = wait * 1.5 < Longest ? wait * 1.5 : Longest)
        {
            if (await reached())
            {
                return true;
            }

            if (clock.GetElapsedTime(start) >= timeout)
            {
                return false;
            }

            await Task.Delay(wait, clock, cancellationToken);
        }
    }
}
