namespace Kairship.Workflows.Runtime;

/// <summary>Sleeps that can be cut short. One sleeper, any number of callers.</summary>
internal sealed class Alarm(TimeProvider time)
{
    private readonly Lock gate = new();
    private TaskCompletionSource rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Ring()
    {
        lock (gate)
        {
            rung.TrySetResult();
        }
    }

    /// <summary>Returns when rung (also before the call) or after the time.</summary>
    public async Task SleepAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task waiting;
        lock (gate)
        {
            waiting = rung.Task;
        }

        await waiting.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (rung.Task.IsCompleted)
            {
                rung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
