namespace Kairship.Delivery.Failover;

/// <summary>When people are asked before an application is moved away from a lost cluster.</summary>
public enum FailoverApproval
{
    None,
    Always,

    /// <summary>When more than <see cref="FailoverPolicy.ApprovalAbove"/> replicas are lost.</summary>
    Above,
}

/// <summary>What becomes of the objects in a cluster that an application has left (Karmada's words).</summary>
public enum PurgeMode
{
    /// <summary>They go when all is healthy elsewhere, or after the grace period.</summary>
    Gracefully,

    /// <summary>They go first.</summary>
    Directly,

    /// <summary>They are scaled to nothing where they would run twice, and deleted only by a person.</summary>
    Never,
}

/// <summary>How an application is rescued from a lost cluster and brought back (spec.failover).</summary>
public sealed record FailoverPolicy
{
    /// <summary>Patience beyond what it takes to call a cluster lost. It counts for clusters that are not ready or unreachable, where the placement's own tolerations do not speak of that.</summary>
    /// <value>The default is 0.</value>
    public int TolerationSeconds { get; init; }

    public FailoverApproval Approval { get; init; }

    /// <summary>With <see cref="FailoverApproval.Above"/>: so many lost replicas are still moved without asking.</summary>
    public int? ApprovalAbove { get; init; }

    /// <summary>Who goes first; the greatest.</summary>
    /// <value>The default is 500; 0 to 1000.</value>
    public int Priority { get; init; } = 500;

    public PurgeMode PurgeMode { get; init; }

    /// <summary>How long what is left behind waits for health elsewhere before it goes all the same.</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>That it must never run twice; null: that is so when it has StatefulSets or volume claims (<see cref="Statefulness"/>).</summary>
    public StatefulPolicy? Stateful { get; init; }

    /// <summary>How soon it has to be healthy again; null: nothing is promised.</summary>
    public TimeSpan? Rto { get; init; }

    public FailbackPolicy Failback { get; init; } = new();
}

/// <summary>How it is made sure that a lost cluster runs nothing any more.</summary>
public enum FencingMode
{
    /// <summary>A person says so.</summary>
    Confirm,

    /// <summary>A hook is asked, which switches the cluster off or knows that it is.</summary>
    Hook,
}

public sealed record StatefulPolicy
{
    public FencingMode Fencing { get; init; }

    /// <summary>With <see cref="FencingMode.Hook"/>.</summary>
    public FenceHook? Hook { get; init; }
}

/// <param name="Url">Gets a POST with the cluster and the application; it answers when the cluster is fenced.</param>
/// <param name="SecretRef">The name of the secret that signs the request, as the server knows it.</param>
public sealed record FenceHook(string Url, string? SecretRef = null);

public enum FailbackMode
{
    /// <summary>It returns when the cluster was well for long enough.</summary>
    Automatic,

    /// <summary>It returns when people agree.</summary>
    Approval,

    /// <summary>It stays where it is.</summary>
    Never,
}

/// <summary>How an application returns to a cluster that came back.</summary>
public sealed record FailbackPolicy
{
    /// <value>The default is approval: it is healthy where it is, so that nothing presses, and what happened to the cluster is better known by people.</value>
    public FailbackMode Mode { get; init; } = FailbackMode.Approval;

    /// <summary>How long the cluster has to be well without a break first. Doubled for each time that it was lost lately (<see cref="Returning.FlapDamping"/>).</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan Stabilisation { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How much of what returns is back after each step, in percent, rising. A last step of 100 is understood.</summary>
    /// <value>The default is 25 and 50.</value>
    public IReadOnlyList<int> Steps { get; init; } = DefaultSteps;

    internal static IReadOnlyList<int> DefaultSteps { get; } = [25, 50];
}
