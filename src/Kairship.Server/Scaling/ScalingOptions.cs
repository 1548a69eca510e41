using Kairship.Delivery.Applications;
using Kairship.Delivery.Scaling;

namespace Kairship.Server.Scaling;

/// <summary>How often replicas are decided.</summary>
public sealed record ScalingOptions
{
    /// <summary>How often each application with spec.scaling is looked at; the times of its cron rules and clusters that are short of room are acted on at once.</summary>
    /// <value>15 s; from 100 ms to 1 hour.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>When a cluster counts as short of room.</summary>
    public CapacityThresholds Capacity { get; init; } = new();

    /// <exception cref="ArgumentException">A value is out of its range; the message has its name, the value and the range.</exception>
    public void Validate()
    {
        Check(nameof(Interval), GoDuration.Format(Interval), Interval >= TimeSpan.FromMilliseconds(100) && Interval <= TimeSpan.FromHours(1), "from 100ms to 1h");
        Check("Capacity.PendingFor", GoDuration.Format(Capacity.PendingFor), Capacity.PendingFor >= TimeSpan.Zero && Capacity.PendingFor <= TimeSpan.FromHours(24), "from 0s to 24h");
        Check("Capacity.ClearAfter", GoDuration.Format(Capacity.ClearAfter), Capacity.ClearAfter >= TimeSpan.Zero && Capacity.ClearAfter <= TimeSpan.FromHours(24), "from 0s to 24h");
        Check("Capacity.High", $"{Capacity.High}", Capacity.High is > 0 and <= 1, "above 0, at most 1");
        Check("Capacity.Low", $"{Capacity.Low}", Capacity.Low > 0 && Capacity.Low <= Capacity.High, "above 0, at most Capacity.High");
    }

    private static void Check(string name, string value, bool good, string range)
    {
        if (!good)
        {
            throw new ArgumentException($"ScalingOptions.{name} is {value}; it is {range}.", name);
        }
    }
}
