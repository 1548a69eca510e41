using Kairship.Simulator.Faults;

namespace Kairship.Simulator.Hosting;

/// <summary>A clock that is ahead by <see cref="ClusterFaults.ClockSkew"/>; timers and durations are not skewed.</summary>
internal sealed class SkewedTimeProvider(TimeProvider inner, ClusterFaults faults) : TimeProvider
{
    public override long TimestampFrequency => inner.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + faults.ClockSkew;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
