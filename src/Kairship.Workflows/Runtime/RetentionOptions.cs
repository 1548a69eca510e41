namespace Kairship.Workflows.Runtime;

/// <summary>How long what is over is kept. Zero or <see cref="Timeout.InfiniteTimeSpan"/>: for ever. The audit is not touched.</summary>
public sealed record RetentionOptions
{
    /// <summary>Finished and cancelled instances, from their end, with journal and inbox. Children stay as long as their parent may go on.</summary>
    /// <value>30 days.</value>
    public TimeSpan Finished { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Faulted instances, from their fault. They could be retried until then.</summary>
    /// <value>90 days.</value>
    public TimeSpan Faulted { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Dedupe keys of starts whose instance is gone, from the start: how late a repeated start is still recognised.</summary>
    /// <value>90 days.</value>
    public TimeSpan StartKeys { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How often it is looked.</summary>
    /// <value>1 h.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Instances, or keys, that one transaction looks at.</summary>
    /// <value>100.</value>
    public int BatchInstances { get; init; } = 100;

    /// <summary>Rows of journal and inbox that one transaction deletes.</summary>
    /// <value>5,000.</value>
    public int BatchRows { get; init; } = 5_000;

    /// <summary>Between two transactions that deleted something others may write.</summary>
    /// <value>50 ms.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <exception cref="ArgumentException">A value is out of its range; names it and the range.</exception>
    public void Validate()
    {
        Require(IsOff(Finished) || Finished >= TimeSpan.FromMinutes(1), nameof(Finished), Finished, "is at least 1 min, or 0 for ever");
        Require(IsOff(Faulted) || Faulted >= TimeSpan.FromMinutes(1), nameof(Faulted), Faulted, "is at least 1 min, or 0 for ever");
        Require(IsOff(StartKeys) || StartKeys >= TimeSpan.FromMinutes(1), nameof(StartKeys), StartKeys, "is at least 1 min, or 0 for ever");
        Require(Interval >= TimeSpan.FromSeconds(1), nameof(Interval), Interval, "must be at least 1 s");
        Require(BatchInstances is >= 1 and <= 10_000, nameof(BatchInstances), BatchInstances, "must be from 1 to 10,000");
        Require(BatchRows is >= 1 and <= 1_000_000, nameof(BatchRows), BatchRows, "must be from 1 to 1,000,000");
        Require(Pause >= TimeSpan.Zero, nameof(Pause), Pause, "must not be negative");
    }

    internal static bool IsOff(TimeSpan kept) => kept == TimeSpan.Zero || kept == Timeout.InfiniteTimeSpan;

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(RetentionOptions)}.{name} is '{value}': it {rule}.", name);
        }
    }
}
