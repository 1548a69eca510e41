using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;

namespace Kairship.Delivery.Releases;

/// <summary>Where an application stands, all of it at one moment.</summary>
/// <param name="Lease">Who may change it; null: nobody does.</param>
/// <param name="Releases">Newest first: those since the last that succeeded, at most <see cref="Most"/> of them, and that one.</param>
public sealed record ApplicationStanding(Application Application, ArbiterLease? Lease, IReadOnlyList<Release> Releases)
{
    /// <summary>How many releases since the last that succeeded are read.</summary>
    public const int Most = 200;

    /// <summary>The last that succeeded; null: none has.</summary>
    public Release? Stable => Releases is [.., { Status: ReleaseStatus.Succeeded } last] ? last : null;
}
