using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Rollouts;

/// <summary>What runs beside the stable objects of one cluster while a revision is on trial.</summary>
/// <param name="Manifests">In the order of application. All carry kairship.io/track=canary and kairship.io/release on their metadata: deleting what has both ends the trial.</param>
/// <param name="Workloads">The workloads on trial, by their own names ("Deployment/web"); <see cref="CanaryBuilder.CanaryName"/> gives the canary's.</param>
/// <param name="NotCanaried">What changes only at promotion, with why, for people ("StatefulSet/db: ...").</param>
public sealed record CanarySet(IReadOnlyList<Manifest> Manifests, IReadOnlyList<string> Workloads, IReadOnlyList<string> NotCanaried)
{
    /// <summary>The Deployments of the set, to wait for: canaries and new ones under their own name.</summary>
    public IReadOnlyList<ObjectRef> Deployments => Manifests.Where(m => WorkloadKey.IsDeployment(m.Ref)).Select(m => m.Ref).ToList();
}
