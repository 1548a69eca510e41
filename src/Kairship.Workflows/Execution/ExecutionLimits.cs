namespace Kairship.Workflows.Execution;

/// <summary>What one instance may use up. Past a limit there is an incident, or a refusal, that names the limit, the value and what to do; never an exhausted process.</summary>
public sealed record ExecutionLimits
{
    /// <summary>Control steps that one event may cause before it counts as an endless loop.</summary>
    /// <value>10,000.</value>
    public int MaxControlSteps { get; init; } = 10_000;

    /// <summary>Bytes of a snapshot.</summary>
    /// <value>1 MB.</value>
    public int MaxStateBytes { get; init; } = 1024 * 1024;

    /// <summary>Depth of objects and arrays in one value: input, output, variable, payload.</summary>
    /// <value>64.</value>
    public int MaxValueDepth { get; init; } = 64;

    /// <summary>Children of one activity that run at the same time.</summary>
    /// <value>5,000.</value>
    public int MaxFanOut { get; init; } = 5_000;

    /// <summary>Executions (tokens) of one instance at the same time.</summary>
    /// <value>10,000.</value>
    public int MaxExecutions { get; init; } = 10_000;

    /// <summary>Bookmarks of one instance.</summary>
    /// <value>10,000.</value>
    public int MaxBookmarks { get; init; } = 10_000;

    /// <summary>Messages that one transition sends.</summary>
    /// <value>5,000.</value>
    public int MaxOutboxMessages { get; init; } = 5_000;

    /// <summary>Bytes of all messages that one transition sends.</summary>
    /// <value>8 MB.</value>
    public int MaxOutboxBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of one stimulus, sent to an instance or published by one.</summary>
    /// <value>256 kB.</value>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Messages in the inbox of one instance that nothing has consumed.</summary>
    /// <value>5,000.</value>
    public int MaxInboxMessages { get; init; } = 5_000;

    /// <summary>Bytes of all messages in the inbox of one instance that nothing has consumed.</summary>
    /// <value>8 MB.</value>
    public int MaxInboxBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How many signals may cause one another without a time or an effect in between: instances that call each other, or themselves, for ever.</summary>
    /// <value>1,000.</value>
    public int MaxSignalHops { get; init; } = 1_000;

    /// <summary>Instances above one another: a parent, its parent and so on.</summary>
    /// <value>32.</value>
    public int MaxInstanceDepth { get; init; } = 32;

    /// <summary>Characters of an instance's id, name or correlation id, of a dedupe key, and of a stimulus' name and key.</summary>
    /// <value>400.</value>
    public int MaxNameLength { get; init; } = 400;

    /// <summary>Lines of the journal of one instance. Past it the oldest lines after the first tenth go, and a line says how many.</summary>
    /// <value>10,000.</value>
    public int MaxJournalRecords { get; init; } = 10_000;

    /// <exception cref="ArgumentException">A value is out of its range; names it and the range.</exception>
    public void Validate()
    {
        AtLeast(100, MaxControlSteps, nameof(MaxControlSteps));
        AtLeast(4096, MaxStateBytes, nameof(MaxStateBytes));
        AtLeast(8, MaxValueDepth, nameof(MaxValueDepth));
        AtLeast(1, MaxFanOut, nameof(MaxFanOut));
        AtLeast(1, MaxExecutions, nameof(MaxExecutions));
        AtLeast(1, MaxBookmarks, nameof(MaxBookmarks));
        AtLeast(1, MaxOutboxMessages, nameof(MaxOutboxMessages));
        AtLeast(1024, MaxOutboxBytes, nameof(MaxOutboxBytes));
        AtLeast(1024, MaxMessageBytes, nameof(MaxMessageBytes));
        AtLeast(1, MaxInboxMessages, nameof(MaxInboxMessages));
        AtLeast(1024, MaxInboxBytes, nameof(MaxInboxBytes));
        AtLeast(1, MaxSignalHops, nameof(MaxSignalHops));
        AtLeast(1, MaxInstanceDepth, nameof(MaxInstanceDepth));
        AtLeast(64, MaxNameLength, nameof(MaxNameLength));
        AtLeast(100, MaxJournalRecords, nameof(MaxJournalRecords));
        Require(MaxValueDepth <= StateSerializer.MaxDepth / 2, MaxValueDepth, nameof(MaxValueDepth), $"at most {StateSerializer.MaxDepth / 2}");
    }

    private static void AtLeast(int least, int value, string name) => Require(value >= least, value, name, $"at least {least}");

    private static void Require(bool holds, int value, string name, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(ExecutionLimits)}.{name} is {value}: it must be {rule}.", name);
        }
    }
}
