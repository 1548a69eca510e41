using System.Text.Json;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>A release that succeeded, and where it put the application.</summary>
public sealed record PlacedRelease(string Id, ReleaseKind Kind, Application Spec, DateTimeOffset At, PreviousPlacement Placement);

/// <summary>Where an application has to return to, found in its releases: nothing else has to be remembered.</summary>
public static class FailbackOrigins
{
    /// <summary>
    /// The place before the first failover counts, however often it moves on, is scaled or gets a new revision. It is forgotten when the application is back, and when somebody releases it with another
    /// placement policy: then that is where it is wanted.
    /// </summary>
    /// <param name="history">Of one application, oldest first.</param>
    public static FailbackOrigin? Of(IReadOnlyList<PlacedRelease> history)
    {
        FailbackOrigin? origin = null;
        PlacedRelease? wanted = null;
        for (var i = 0; i < history.Count; i++)
        {
            var release = history[i];
            if (release.Kind == ReleaseKind.Failover && i > 0)
            {
                var before = history[i - 1];
                wanted ??= before;
                origin = FailbackOrigin.Remember(origin, release.Spec.Name, before.Placement, before.Id, release.At);
            }
            else if (release.Kind == ReleaseKind.Release && wanted is not null && !IsSame(release.Spec.Placement, wanted.Spec.Placement))
            {
                origin = null;
            }

            origin = origin?.IsBack(release.Placement) == true ? null : origin;
            wanted = origin is null ? null : wanted;
        }

        return origin;
    }

    // Lists in records are compared by reference.
    private static bool IsSame(PlacementPolicy one, PlacementPolicy other) => JsonSerializer.Serialize(one) == JsonSerializer.Serialize(other);
}
