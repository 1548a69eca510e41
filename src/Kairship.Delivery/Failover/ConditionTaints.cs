using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Failover;

/// <summary>
/// What the readiness of a cluster means for placements, in taints as peers have them: NoSchedule keeps new replicas away, NoExecute, since the moment of the change, drives out what is there. A
/// cluster about which there is only a suspicion takes nothing new, and keeps what it has.
/// </summary>
public static class ConditionTaints
{
    /// <summary>Of a cluster that answers and is not ready.</summary>
    public const string NotReady = "kairship.io/not-ready";

    /// <summary>Of a cluster that does not answer.</summary>
    public const string Unreachable = "kairship.io/unreachable";

    /// <summary>Of a cluster that counts as ready, and whose last looks failed.</summary>
    public const string Suspected = "kairship.io/suspected";

    /// <summary>Of a cluster that was lost, is ready again and was not compared yet with what it should have: takes nothing new until then.</summary>
    public const string Returning = "kairship.io/returning";

    /// <summary>Of a cluster that was lost and is not trusted again by an application: a failover puts nothing new there while there is another place.</summary>
    public const string Recovering = "kairship.io/recovering";

    /// <summary>Set by a person: takes nothing new.</summary>
    public const string Cordoned = "kairship.io/cordoned";

    /// <summary>One look that failed is no reason to place elsewhere: it is looked at again a second later.</summary>
    private const int SuspiciousLooks = 2;

    /// <summary>Keys that come and go with the condition, which nobody sets.</summary>
    public static bool IsOfCondition(string key) => key is NotReady or Unreachable or Suspected or Returning or Recovering;

    /// <summary>Keys of clusters that are lost, or came back and are compared first: nobody else need look at what they still have.</summary>
    public static bool IsOfLoss(string key) => key is NotReady or Unreachable or Returning;

    public static IReadOnlyList<Taint> Of(ClusterSight sight) => sight.Readiness switch
    {
        Readiness.NotReady => Lost(NotReady, sight.Since),
        Readiness.Unreachable => Lost(Unreachable, sight.Since),
        Readiness.Starting => [new Taint(NotReady, TaintEffect.NoSchedule, TimeAdded: sight.Since)],
        _ when sight.FailedLooks >= SuspiciousLooks => [new Taint(Suspected, TaintEffect.NoSchedule, TimeAdded: sight.SeenAt ?? sight.Since)],
        _ => [],
    };

    /// <summary>As one that gets nothing new for now sees it.</summary>
    public static ClusterFacts Avoided(this ClusterFacts cluster) => cluster with { Taints = [.. cluster.Taints, new Taint(Recovering, TaintEffect.NoSchedule)] };

    /// <summary>
    /// The tolerations of an application for the taints of lost clusters: its own where it says anything about such a taint; else it bears them for so many seconds, and only where it is
    /// already. 0, the default: what counts as lost has lasted long enough.
    /// </summary>
    public static IReadOnlyList<Toleration> Tolerations(IReadOnlyList<Toleration> own, long patienceSeconds = 0)
    {
        if (patienceSeconds <= 0)
        {
            return own;
        }

        string[] keys = [NotReady, Unreachable];
        return
        [
            .. own,
            .. keys.Where(k => !own.Any(t => t.Tolerates(new Taint(k, TaintEffect.NoExecute))))
                .Select(k => new Toleration(k, TolerationOperator.Exists, Effect: TaintEffect.NoExecute, TolerationSeconds: patienceSeconds)),
        ];
    }

    // NoSchedule as well: a NoExecute taint that is borne for a time would let new replicas in meanwhile.
    private static Taint[] Lost(string key, DateTimeOffset since) =>
        [new Taint(key, TaintEffect.NoSchedule, TimeAdded: since), new Taint(key, TaintEffect.NoExecute, TimeAdded: since)];
}
