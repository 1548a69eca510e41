using System.Globalization;

namespace Kairship.Delivery.Failover;

/// <summary>When the fleet's brake comes on. Checked at start.</summary>
public sealed record BrakeOptions
{
    /// <summary>Which share of the clusters may be lost at the same time; rounded down, and one always may.</summary>
    /// <value>0.3: failing over what runs on a third of a fleet fills the rest of most fleets. From 0 to 1.</value>
    public double ShareLimit { get; init; } = 0.3;

    /// <summary>When more than half of the clusters fall silent within so short a time, it is Kairship that is cut off, whatever the share says.</summary>
    /// <value>60 s; from 1 s to 1 hour.</value>
    public TimeSpan CutOffWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the fleet must be well before the brake goes off by itself, and how long a cluster that came back must be ready before it counts as not lost.</summary>
    /// <value>30 s; from 0 to 24 hours.</value>
    public TimeSpan WellFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long after a loss a failover waits until each other cluster was looked at, too. Afterwards what is known counts.</summary>
    /// <value>15 s; from 0 to 10 minutes.</value>
    public TimeSpan LookWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>"host:port" of what Kairship reaches whenever it is not cut off itself, such as a gateway or a name server. When none of them takes a connection the brake comes on.</summary>
    /// <value>None; at most 16.</value>
    public IReadOnlyList<string> Anchors { get; init; } = [];

    /// <summary>How many of so many clusters may be lost at the same time.</summary>
    public int Allowed(int clusters) => Math.Max(1, (int)Math.Floor((ShareLimit * clusters) + 1e-9));

    /// <exception cref="ArgumentException">A value is out of its range; the message has its name, the value and the range.</exception>
    public void Validate()
    {
        Check(nameof(ShareLimit), ShareLimit, ShareLimit is >= 0 and <= 1, "from 0 to 1");
        Check(nameof(CutOffWindow), CutOffWindow, CutOffWindow >= TimeSpan.FromSeconds(1) && CutOffWindow <= TimeSpan.FromHours(1), "from 00:00:01 to 01:00:00");
        Check(nameof(WellFor), WellFor, WellFor >= TimeSpan.Zero && WellFor <= TimeSpan.FromHours(24), "from 0 to 24 hours");
        Check(nameof(LookWait), LookWait, LookWait >= TimeSpan.Zero && LookWait <= TimeSpan.FromMinutes(10), "from 0 to 00:10:00");
        Check(nameof(Anchors), string.Join(", ", Anchors), Anchors.Count <= 16 && Anchors.All(a => IsAddress(a)), "at most 16 of host:port");
    }

    private static bool IsAddress(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536;

    private static void Check(string name, object value, bool good, string allowed)
    {
        if (!good)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"BrakeOptions.{name} is {value}; it is {allowed}."), name);
        }
    }
}
