namespace Kairship.Workflows.Definitions;

/// <summary>What a fault means for the instance.</summary>
public enum IncidentStrategy
{
    /// <summary>Nothing new starts in the whole instance before an operator has decided.</summary>
    Fault,

    /// <summary>The branch stays where it faulted, the others go on.</summary>
    Continue,

    /// <summary>The scope that says so is undone: what completed in it is compensated, and then it leaves by "Compensated" or has faulted as a whole.</summary>
    Compensate,
}

public enum BackoffType
{
    Constant,
    Linear,
    Exponential,
}

/// <summary>How often and how long after a failure an effect runs again.</summary>
public sealed record RetryPolicy
{
    /// <summary>All attempts, the first one, too.</summary>
    /// <value>5.</value>
    public int MaxAttempts { get; init; } = 5;

    /// <value>1 s.</value>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <value>1 min.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <value>Exponential.</value>
    public BackoffType Backoff { get; init; } = BackoffType.Exponential;

    /// <value>true.</value>
    public bool Jitter { get; init; } = true;
}

/// <summary>What a definition says about an activity beside what it does: the customProperties "kairship:...". All null: nothing is said.</summary>
public sealed record ActivityPolicy
{
    /// <summary>The outcome of an activity whose time was up, where a connection leaves from it.</summary>
    public const string TimeoutPort = "Timeout";

    /// <summary>The outcome of a scope that was undone, where a connection leaves from it.</summary>
    public const string CompensatedPort = "Compensated";

    public static ActivityPolicy None { get; } = new();

    /// <summary>For this activity and all inside it that say nothing else.</summary>
    public IncidentStrategy? Incidents { get; init; }

    public RetryPolicy? Retry { get; init; }

    /// <summary>From its scheduling, whatever happens: retries, waits, pauses and restarts count.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Id of the activity that undoes this one.</summary>
    public string? Compensation { get; init; }

    /// <summary>Outcomes that the policy adds to those of the activity.</summary>
    public IReadOnlyList<string> Exits =>
        [.. Timeout is null ? Array.Empty<string>() : [TimeoutPort], .. Incidents == IncidentStrategy.Compensate ? [CompensatedPort] : Array.Empty<string>()];
}
