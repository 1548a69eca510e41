namespace Kairship.Server.Failover.Drills.Twins;

/// <summary>How large a fleet may be of which twins are made: they are all in this process.</summary>
internal sealed record TwinBounds
{
    /// <value>100.</value>
    public int Clusters { get; init; } = 100;

    /// <value>5,000.</value>
    public int Nodes { get; init; } = 5_000;

    /// <value>1,000.</value>
    public int Applications { get; init; } = 1_000;

    /// <summary>Each once for each cluster that it is in.</summary>
    /// <value>20,000.</value>
    public int Objects { get; init; } = 20_000;

    /// <summary>Replicas, and those of DaemonSets, each once for each node.</summary>
    /// <value>20,000.</value>
    public int Pods { get; init; } = 20_000;
}

/// <summary>Counts while something is read, so that a fleet that is too large is turned away before all of it is in memory.</summary>
internal sealed class TwinBound(int most, string what)
{
    private long count;

    /// <exception cref="DrillRefusedException">These are too many.</exception>
    public void Add(long more)
    {
        if (Interlocked.Add(ref count, more) is var sum && sum > most)
        {
            throw new DrillRefusedException($"The fleet is too large for a drill on twins: it has at least {sum} {what}, and twins are made of at most {most}. A drill on the real clusters has no such bound.");
        }
    }
}
