using Kairship.Activities.Placements;
using Kairship.Delivery.Scaling;

namespace Kairship.Activities.Scaling;

/// <summary>Whether there is room for more. A placement gives all or nothing: without this an application that asks for more than there is room for would get nothing at all.</summary>
public sealed class ScalingRoom(PlacementDesk placements)
{
    /// <summary>The advice, with the greatest total up to the wanted one that has a place; where not even one more has, nothing is begun.</summary>
    /// <exception cref="Delivery.Manifests.ManifestException">A number of replicas or a pod's request cannot be read.</exception>
    public async Task<ScalingAdvice> FitAsync(ScalingScene scene, ScalingAdvice advice, CancellationToken cancellationToken)
    {
        if (advice is not { Verdict: ScalingVerdict.Change, Fresh: false, Current: { } current, Total: { } wanted } || wanted <= current
            || await RefusalAsync(scene, wanted, cancellationToken) is not { } why)
        {
            return advice;
        }

        var (fits, over) = (current, wanted);
        while (over - fits > 1)
        {
            var middle = fits + ((over - fits) / 2);
            (fits, over) = await RefusalAsync(scene, middle, cancellationToken) is null ? (middle, over) : (fits, middle);
        }

        return ScalingAdvisor.Fitted(scene, advice, fits, why);
    }

    /// <summary>Why the total has no place; null: it has.</summary>
    private async Task<string?> RefusalAsync(ScalingScene scene, int total, CancellationToken cancellationToken)
    {
        var order = new PlacementOrder(scene.Application, scene.Manifests, scene.Plan) { Totals = ScalingAdvisor.TotalsOf(scene, total) };
        return (await placements.DecideAsync(order, cancellationToken)).Explanation.Unschedulable;
    }
}
