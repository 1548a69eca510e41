using Kairship.Activities.Releases;
using Kairship.Fleet.Clusters;

namespace Kairship.Activities.Rollouts;

/// <summary>
/// What clusters do to activities. All of it is an outcome that the workflow handles, by waiting or by going back: an exception that got as far as the engine
/// would end the workflow where it stands, with the canary still there.
/// </summary>
internal static class Trouble
{
    /// <summary>May be over at the next look.</summary>
    public static bool Passes(Exception e) => e is TransientTroubleException or ClusterException { IsTransient: true };

    /// <summary>Does not get better by waiting: refused, no longer allowed, not what was planned, a cluster that was removed.</summary>
    public static bool Lasts(Exception e) => e is PlanMismatchException or UnknownClusterException or ClusterException { IsTransient: false };
}

/// <summary>A cluster cannot be written to just now; the activity looks again until its deadline.</summary>
internal sealed class TransientTroubleException(string message) : Exception(message);
