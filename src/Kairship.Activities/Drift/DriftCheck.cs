using Kairship.Delivery.Drift;

namespace Kairship.Activities.Drift;

/// <summary>What became of comparing an application with what was released.</summary>
public abstract record DriftCheck
{
    private DriftCheck()
    {
    }

    /// <param name="Report">How the clusters stand now, after what was put back.</param>
    /// <param name="Healed">What was put back, by cluster.</param>
    public sealed record Compared(DriftReport Report, IReadOnlyList<(string Cluster, DriftedObject Object)> Healed) : DriftCheck;

    /// <param name="Reason">Why nothing was compared: it was never released, or somebody is changing it.</param>
    public sealed record NotNow(string Reason) : DriftCheck;
}
