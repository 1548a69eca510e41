using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Runtime;

/// <summary>How instances are run. The defaults serve one server.</summary>
public sealed record WorkflowRuntimeOptions
{
    /// <summary>Who claims instances: one name for each node, the same after a restart, so that a node takes back at once what it held.</summary>
    public string Owner { get; init; } = Environment.MachineName;

    /// <summary>How long a claim lasts unless renewed. A dead node's instances go on elsewhere after this.</summary>
    /// <value>15 s.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Claims without a good commit in between before an instance is quarantined.</summary>
    /// <value>5.</value>
    public int MaxClaims { get; init; } = 5;

    /// <summary>Claims without a good commit in between before an instance is a suspect: it runs again only in a lane where suspects go one at a time, so that
    /// whoever brings the node down is counted alone.</summary>
    /// <value>2.</value>
    public int SuspectClaims { get; init; } = 2;

    /// <summary>Nobody is quarantined before he had a turn alone, as long as <see cref="MaxClaims"/> is more than 1.</summary>
    internal int SuspectClaimsInUse => Math.Min(SuspectClaims, Math.Max(1, MaxClaims - 1));

    /// <summary>How long a suspect that neither ends nor brings the node down keeps the next one waiting.</summary>
    /// <value>5 s.</value>
    public TimeSpan SuspectProbation { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts of an effect whose failures may be retried, before it faults.</summary>
    /// <value>5.</value>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>About how long to wait after the first failure; it doubles with each, spread by decorrelated jitter.</summary>
    /// <value>1 s.</value>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromSeconds(1);

    /// <value>1 min.</value>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Instances that the in-process dispatcher runs at the same time.</summary>
    /// <value>256.</value>
    public int MaxConcurrentInstances { get; init; } = 256;

    /// <summary>Effects of one instance that run at the same time; more wait for room.</summary>
    /// <value>64.</value>
    public int MaxConcurrentEffectsPerInstance { get; init; } = 64;

    /// <summary>What one instance may use up.</summary>
    public ExecutionLimits Limits { get; init; } = new();

    /// <summary>How long what is over is kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>What the journal keeps of values.</summary>
    public JournalOptions Journal { get; init; } = new();

    /// <summary>How long a stop waits for running effects before it cancels them; they run again elsewhere with the same idempotency key.</summary>
    /// <value>20 s.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The sweep for due instances looks at most this often.</summary>
    /// <value>100 ms.</value>
    public TimeSpan SweepMinInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The sweep for due instances, and the outbox pump, look at least this often.</summary>
    /// <value>5 s.</value>
    public TimeSpan SweepMaxInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Commits that share one database transaction at most.</summary>
    /// <value>128.</value>
    public int MaxCommitBatch { get; init; } = 128;

    /// <exception cref="ArgumentException">A value is out of its range; names it and the range.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(Owner), nameof(Owner), Owner, "must not be empty");
        Require(Lease >= TimeSpan.FromSeconds(1), nameof(Lease), Lease, "must be at least 1 s");
        Require(MaxClaims >= 1, nameof(MaxClaims), MaxClaims, "must be at least 1");
        Require(SuspectClaims >= 1, nameof(SuspectClaims), SuspectClaims, "must be at least 1");
        Require(SuspectProbation >= TimeSpan.Zero, nameof(SuspectProbation), SuspectProbation, "must not be negative");
        Require(MaxAttempts >= 1, nameof(MaxAttempts), MaxAttempts, "must be at least 1");
        Require(BackoffBase > TimeSpan.Zero && BackoffBase <= BackoffMax, nameof(BackoffBase), BackoffBase, "must be positive and at most BackoffMax");
        Require(BackoffMax <= TimeSpan.FromDays(1), nameof(BackoffMax), BackoffMax, "must be at most a day");
        Require(MaxConcurrentInstances >= 1, nameof(MaxConcurrentInstances), MaxConcurrentInstances, "must be at least 1");
        Require(MaxConcurrentEffectsPerInstance >= 1, nameof(MaxConcurrentEffectsPerInstance), MaxConcurrentEffectsPerInstance, "must be at least 1");
        Require(DrainTimeout >= TimeSpan.Zero, nameof(DrainTimeout), DrainTimeout, "must not be negative");
        Require(SweepMinInterval > TimeSpan.Zero && SweepMinInterval <= SweepMaxInterval, nameof(SweepMinInterval), SweepMinInterval, "must be positive and at most SweepMaxInterval");
        Require(MaxCommitBatch >= 1, nameof(MaxCommitBatch), MaxCommitBatch, "must be at least 1");
        Limits.Validate();
        Retention.Validate();
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(WorkflowRuntimeOptions)}.{name} is '{value}': it {rule}.", name);
        }
    }
}
