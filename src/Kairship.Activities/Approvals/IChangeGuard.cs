using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;

namespace Kairship.Activities.Approvals;

/// <summary>Says whether what a release was asked for still holds at the moment when it begins to write: it may have waited for people since.</summary>
public interface IChangeGuard
{
    /// <summary>Why it does not begin now, as a sentence; null: nothing is against it.</summary>
    /// <param name="manifests">Of its revision.</param>
    Task<string?> WhyNotAsync(Release release, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken);
}
