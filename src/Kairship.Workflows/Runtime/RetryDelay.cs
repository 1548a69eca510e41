using Kairship.Workflows.Definitions;
using Polly;
using Polly.Retry;

namespace Kairship.Workflows.Runtime;

/// <summary>
/// How long to wait before an effect runs again, as Polly's retry strategy would: its strategy is run on a clock that lets no time pass, and what it wanted to wait is read off. The
/// jitter is seeded by the execution, so that the answer depends on execution and attempt alone and is the same after a restart.
/// </summary>
internal static class RetryDelay
{
    /// <param name="failures">How often it has failed, this time included.</param>
    /// <returns>Null: attempts are used up.</returns>
    public static TimeSpan? After(RetryPolicy policy, string executionId, int failures)
    {
        if (failures >= policy.MaxAttempts)
        {
            return null;
        }

        var delay = TimeSpan.Zero;
        var options = new RetryStrategyOptions
        {
            MaxRetryAttempts = failures,
            Delay = policy.Delay,
            MaxDelay = policy.MaxDelay,
            BackoffType = (DelayBackoffType)policy.Backoff,
            UseJitter = policy.Jitter,
            Randomizer = new Jitter(executionId).Next,
            ShouldHandle = _ => PredicateResult.True(),
            OnRetry = retry =>
            {
                delay = retry.RetryDelay;
                return default;
            },
        };
        new ResiliencePipelineBuilder { TimeProvider = TimelessClock.Instance }.AddRetry(options).Build().Execute(static () => { });
        return delay;
    }

    /// <summary>SplitMix64, seeded by FNV-1a over the id: the same on every machine and every version of .NET.</summary>
    private sealed class Jitter
    {
        private ulong state = 14695981039346656037;

        public Jitter(string seed)
        {
            foreach (var c in seed)
            {
                state = unchecked((state ^ c) * 1099511628211);
            }
        }

        public double Next()
        {
            unchecked
            {
                var z = state += 0x9E3779B97F4A7C15;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
            }
        }
    }

    /// <summary>Timers are rung at once.</summary>
    private sealed class TimelessClock : TimeProvider
    {
        public static readonly TimelessClock Instance = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return new Rung();
        }

        private sealed class Rung : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // Nothing is running.
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
