namespace Kairship.Fleet.Capacity;

/// <summary>How long what is known of the room in clusters counts.</summary>
public sealed record RoomOptions
{
    /// <summary>For how long nodes that were read count as they were.</summary>
    /// <value>60 s</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For how long a cluster whose nodes could not be read is not asked again.</summary>
    /// <value>10 s</value>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long reading the nodes and pods of a cluster may take; a decision does not wait longer.</summary>
    /// <value>15 s</value>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long pods that a plan gives away are waited for before their room is somebody else's.</summary>
    /// <value>10 min</value>
    public TimeSpan AssumedFor { get; init; } = TimeSpan.FromMinutes(10);
}
