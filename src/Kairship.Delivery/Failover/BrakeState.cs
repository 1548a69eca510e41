namespace Kairship.Delivery.Failover;

/// <summary>What must be remembered of the fleet's brake between two looks at the fleet, restarts and nodes included.</summary>
public sealed record BrakeState
{
    public static BrakeState Off { get; } = new();

    /// <summary>No failover begins until a person releases the brake, or the fleet has been well for long enough.</summary>
    public bool IsOn { get; init; }

    /// <summary>The sentence with which it came on; empty while it is off.</summary>
    public string Why { get; init; } = "";

    /// <summary>Since when it is on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Since when, without a break, nothing would bring it on; null: something would, or it is off.</summary>
    public DateTimeOffset? WellSince { get; init; }

    /// <summary>Clusters whose loss a person has seen and accepted: they do not count again until they have been ready for long enough.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>The same for anchors that do not answer: until one does.</summary>
    public bool AcceptedAnchors { get; init; }

    /// <summary>Clusters that count as lost, among them those that came back too short a while ago.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Who released it the last time.</summary>
    public string? ReleasedBy { get; init; }

    public DateTimeOffset? ReleasedAt { get; init; }
}
