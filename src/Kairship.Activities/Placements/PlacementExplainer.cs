using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;

namespace Kairship.Activities.Placements;

/// <summary>Decides without a release: why is it where it is, and where would it be?</summary>
public sealed class PlacementExplainer(IDeliveryStore store, PlacementDesk desk, TimeProvider time)
{
    private const int MostExplained = 1000;

    /// <param name="change">What is asked besides, as "what if" wants it.</param>
    /// <exception cref="ManifestException">A number of replicas or a pod's request cannot be read.</exception>
    public async Task<PlacedApplication> ExplainAsync(
        Application application, IReadOnlyList<Manifest> manifests, Func<PlacementOrder, PlacementOrder> change, CancellationToken cancellationToken)
    {
        var current = await store.GetCurrentRevisionAsync(application.Name, cancellationToken);
        var stable = await new ReleaseDesk(store, time).StableAsync(application.Name, current, int.MaxValue, cancellationToken);
        return await desk.DecideAsync(change(new PlacementOrder(application, manifests, stable?.Plan) { Evicts = true, MostExplained = MostExplained }), cancellationToken);
    }
}
