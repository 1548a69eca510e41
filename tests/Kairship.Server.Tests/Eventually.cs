namespace Kairship.Server.Tests;

internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Looks until the condition holds; fails with what it is after a while.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, Func<Task<string>>? story = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"This did not come true in {Patience}: {what}\n{(story is null ? "" : await story())}", e);
            }
        }
    }
}
