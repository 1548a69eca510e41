namespace Kairship.Server.Elsa.Live;

/// <summary>What watching instances may cost.</summary>
internal sealed record WatchLimits
{
    /// <summary>Between two updates of one instance to one client; what happens meanwhile is told together.</summary>
    /// <value>200 ms.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often the instances that somebody watches are looked at: they may be run by another node.</summary>
    /// <value>1 s.</value>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether those who are connected would still be let in.</summary>
    /// <value>10 s.</value>
    public TimeSpan Recheck { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Instances that one connection watches.</summary>
    /// <value>16.</value>
    public int MaxPerConnection { get; init; } = 16;

    /// <summary>Calls of one connection that were refused, after which it is closed.</summary>
    /// <value>50.</value>
    public int MaxRefusals { get; init; } = 50;

    /// <summary>Connections of one caller on this node.</summary>
    /// <value>100.</value>
    public int MaxPerCaller { get; init; } = 100;

    /// <summary>Connections on this node.</summary>
    /// <value>2,000.</value>
    public int MaxConnections { get; init; } = 2_000;

    /// <summary>Stats in one message.</summary>
    /// <value>200.</value>
    public int MaxStats { get; init; } = 200;

    /// <summary>Bytes of a message that a client sends.</summary>
    /// <value>4 kB.</value>
    public int MaxMessageBytes { get; init; } = 4 * 1024;
}
