namespace Kairship.EndToEnd.Tests.Processes;

/// <summary>Waits for conditions of the world outside this process.</summary>
internal static class Patience
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    /// <param name="otherwise">Said when it does not happen in time.</param>
    public static async Task UntilAsync(Func<Task<bool>> reached, Func<string> otherwise, TimeSpan? within = null, TimeSpan? look = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(60);
        var start = TimeProvider.System.GetTimestamp();
        while (!await reached())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"not within {limit.TotalSeconds:0.#} s: {otherwise()}");
            }

            await Task.Delay(look ?? Look, TimeProvider.System);
        }
    }
}
