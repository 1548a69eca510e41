using Kairship.Delivery.Applications;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Failover;

/// <summary>How long an application bears the loss of a cluster.</summary>
public static class FailoverTolerations
{
    /// <summary>Those of the placement, and for the taints of a lost cluster that none of them speaks of, the seconds of spec.failover (<see cref="ConditionTaints.Tolerations"/>).</summary>
    public static IReadOnlyList<Toleration> Of(Application application) => ConditionTaints.Tolerations(application.Placement.ClusterTolerations, application.Failover.TolerationSeconds);
}
