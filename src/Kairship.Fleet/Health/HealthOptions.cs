using System.Globalization;

namespace Kairship.Fleet.Health;

/// <summary>
/// When a cluster counts as well. With the defaults a loss counts after at most 19 s: the pause between two looks (12 s), two looks that fail (3 s each) and the pause between them (1 s). Recovery,
/// startup and the pause between looks have Karmada's defaults.
/// </summary>
public sealed record HealthOptions
{
    /// <summary>How often each cluster is looked at while looks agree with what counts.</summary>
    /// <value>10 s, and up to a fifth more by chance; from 100 ms to 1 hour.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one look waits for its answers.</summary>
    /// <value>3 s; from 100 ms to 1 minute.</value>
    public TimeSpan LookTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// What has no good answer after so long is asked again over a connection of its own, and once more after each further such time, while the look lasts; the first good answer counts. A request that
    /// got lost, or a connection that died, is no failed look.
    /// </summary>
    /// <value>750 ms; from 10 ms to 1 minute.</value>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromMilliseconds(750);

    /// <summary>How soon a Ready cluster is looked at again after a look that failed.</summary>
    /// <value>1 s; from 10 ms to 1 hour; never longer than <see cref="Interval"/>.</value>
    public TimeSpan Recheck { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a cluster that was Ready must have failed every look, since the first of them began, before it no longer is.</summary>
    /// <value>5 s; from 0 to 1 hour.</value>
    public TimeSpan FailureThreshold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many looks in a row it must have failed besides.</summary>
    /// <value>2; from 1 to 100.</value>
    public int FailureLooks { get; init; } = 2;

    /// <summary>How long a cluster that was not Ready must have passed every look before it is again.</summary>
    /// <value>30 s; from 0 to 1 hour.</value>
    public TimeSpan SuccessThreshold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a cluster that has never answered yet is only starting, which nobody is told of.</summary>
    /// <value>600 s; from 0 to 24 hours.</value>
    public TimeSpan StartupGrace { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How often nodes and pods are counted and rights are looked at, which costs more than a look at the API server. No look waits for it.</summary>
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
        Between(nameof(LookTimeout), LookTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Between(nameof(AskAgain), AskAgain, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Between(nameof(Recheck), Recheck, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Between(nameof(FailureThreshold), FailureThreshold, TimeSpan.Zero, TimeSpan.FromHours(1));
        Between(nameof(FailureLooks), FailureLooks, 1, 100);
        Between(nameof(SuccessThreshold), SuccessThreshold, TimeSpan.Zero, TimeSpan.FromHours(1));
        Between(nameof(StartupGrace), StartupGrace, TimeSpan.Zero, TimeSpan.FromHours(24));
        Between(nameof(CapacityInterval), CapacityInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24));
        Between(nameof(ExpiryWarning), ExpiryWarning, TimeSpan.Zero, TimeSpan.FromDays(365));
        Between(nameof(ExpiryUrgent), ExpiryUrgent, TimeSpan.Zero, ExpiryWarning);
    }

    private static void Between<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"HealthOptions.{name} is {value}; it is from {least} to {most}."), name);
        }
    }
}
