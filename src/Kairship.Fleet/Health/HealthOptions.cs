using System.Globalization;

namespace Kairship.Fleet.Health;

/// <summary>When a cluster counts as well. Defaults are those of Karmada, so that nobody who comes from there is surprised.</summary>
public sealed record HealthOptions
{
    /// <summary>How often each cluster is looked at.</summary>
    /// <value>10 s, and up to a fifth more by chance; from 100 ms to 1 hour.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a cluster that was Ready must have failed every look before it no longer is.</summary>
    /// <value>30 s; from 0 to 1 hour.</value>
    public TimeSpan FailureThreshold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a cluster that was not Ready must have passed every look before it is again.</summary>
    /// <value>30 s; from 0 to 1 hour.</value>
    public TimeSpan SuccessThreshold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a cluster that has never answered yet is only starting, which nobody is told of.</summary>
    /// <value>600 s; from 0 to 24 hours.</value>
    public TimeSpan StartupGrace { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How often nodes and pods are counted and rights are looked at, which costs more than a look at the API server.</summary>
    /// <value>60 s; from 100 ms to 24 hours.</value>
    public TimeSpan CapacityInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>So long before they end, certificates and tokens are a warning.</summary>
    /// <value>30 days; from 0 to 365 days.</value>
    public TimeSpan ExpiryWarning { get; init; } = TimeSpan.FromDays(30);

    /// <summary>So long before they end, the warning is urgent.</summary>
    /// <value>7 days; from 0 to <see cref="ExpiryWarning"/>.</value>
    public TimeSpan ExpiryUrgent { get; init; } = TimeSpan.FromDays(7);

    /// <exception cref="ArgumentException">A value is out of its range; the message has its name, the value and the range.</exception>
    public void Validate()
    {
        Between(nameof(Interval), Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Between(nameof(FailureThreshold), FailureThreshold, TimeSpan.Zero, TimeSpan.FromHours(1));
        Between(nameof(SuccessThreshold), SuccessThreshold, TimeSpan.Zero, TimeSpan.FromHours(1));
        Between(nameof(StartupGrace), StartupGrace, TimeSpan.Zero, TimeSpan.FromHours(24));
        Between(nameof(CapacityInterval), CapacityInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24));
        Between(nameof(ExpiryWarning), ExpiryWarning, TimeSpan.Zero, TimeSpan.FromDays(365));
        Between(nameof(ExpiryUrgent), ExpiryUrgent, TimeSpan.Zero, ExpiryWarning);
    }

    private static void Between(string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"HealthOptions.{name} is {value}; it is from {least} to {most}."), name);
        }
    }
}
