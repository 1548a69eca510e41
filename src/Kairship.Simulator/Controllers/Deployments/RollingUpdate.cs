namespace Kairship.Simulator.Controllers.Deployments;

/// <summary>
/// The arithmetic of a rolling update, as in Kubernetes' deployment/rolling.go and deployment_util.go. Pure; a result of several steps lists
/// the sizes to set.
/// </summary>
internal static class RollingUpdate
{
    /// <summary>Size of the new replica set: as much as the surge leaves room for (NewRSNewReplicas).</summary>
    public static int NewSize(DeploymentSpec spec, int occupied, int currentSize)
    {
        if (spec.Recreate)
        {
            return spec.Replicas;
        }

        var room = spec.Replicas + spec.MaxSurge - occupied;
        return room <= 0 ? currentSize : currentSize + Math.Min(room, spec.Replicas - currentSize);
    }

    /// <summary>New sizes of old replica sets: first those of their pods that are not available go, then as many as availability allows.</summary>
    public static Dictionary<string, int> OldSizes(DeploymentSpec spec, ReplicaSetFamily family)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        var minAvailable = spec.Replicas - spec.MaxUnavailable;
        var newUnavailable = family.New is null ? 0 : family.New.Replicas - family.New.Available;
        var mayGo = family.Pods - minAvailable - newUnavailable;
        if (mayGo <= 0 || family.Old.All(s => s.Replicas == 0))
        {
            return sizes;
        }

        foreach (var set in family.Old)
        {
            var unhealthy = Math.Min(mayGo, set.Replicas - set.Available);
            if (unhealthy > 0)
            {
                sizes[set.Name] = set.Replicas - unhealthy;
                mayGo -= unhealthy;
            }
        }

        var surplus = family.All.Sum(s => s.Available) - minAvailable;
        foreach (var set in family.Old)
        {
            var size = sizes.GetValueOrDefault(set.Name, set.Replicas);
            var down = Math.Min(size, surplus);
            if (down > 0)
            {
                sizes[set.Name] = size - down;
                surplus -= down;
            }
        }

        return sizes;
    }

    /// <summary>
    /// Sizes after a Deployment was scaled (or while it is paused): one active set takes all; a saturated new set takes all; otherwise the
    /// difference is spread in proportion to the sizes, leftovers to the largest (scale and GetReplicaSetProportion).
    /// </summary>
    public static Dictionary<string, int> ScaledSizes(DeploymentSpec spec, ReplicaSetFamily family, int statusReplicas)
    {
        var active = family.All.Where(s => s.Replicas > 0).ToList();
        if (active.Count <= 1)
        {
            var only = active.FirstOrDefault() ?? family.New ?? (family.Old.Count > 0 ? family.Old[^1] : null);
            return only is null ? [] : new(StringComparer.Ordinal) { [only.Name] = spec.Replicas };
        }

        if (IsSaturated(spec, family.New))
        {
            return family.Old.Where(s => s.Replicas > 0).ToDictionary(s => s.Name, _ => 0, StringComparer.Ordinal);
        }

        return spec.Recreate ? [] : Proportional(spec, active, statusReplicas);
    }

    private static bool IsSaturated(DeploymentSpec spec, ReplicaSetView? set) =>
        set is not null && set.Replicas == spec.Replicas && set.Desired == spec.Replicas && set.Available == spec.Replicas;

    private static Dictionary<string, int> Proportional(DeploymentSpec spec, List<ReplicaSetView> active, int statusReplicas)
    {
        var allowed = spec.Replicas > 0 ? spec.Replicas + spec.MaxSurge : 0;
        var toAdd = allowed - active.Sum(s => s.Replicas);
        var ordered = active.OrderByDescending(s => s.Replicas);
        var sets = (toAdd > 0 ? ordered.ThenByDescending(s => s.Revision) : ordered.ThenBy(s => s.Revision)).ToList();
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        var added = 0;
        foreach (var set in sets)
        {
            var share = Share(spec, set, toAdd, added, statusReplicas);
            sizes[set.Name] = set.Replicas + share;
            added += share;
        }

        sizes[sets[0].Name] = Math.Max(0, sizes[sets[0].Name] + toAdd - added);
        return sizes;
    }

    private static int Share(DeploymentSpec spec, ReplicaSetView set, int toAdd, int added, int statusReplicas)
    {
        if (toAdd == 0 || toAdd == added)
        {
            return 0;
        }

        var allowed = toAdd - added;
        var share = Fraction(spec, set, statusReplicas);
        return toAdd > 0 ? Math.Min(share, allowed) : Math.Max(share, allowed);
    }

    private static int Fraction(DeploymentSpec spec, ReplicaSetView set, int statusReplicas)
    {
        if (spec.Replicas == 0)
        {
            return -set.Replicas;
        }

        var before = set.Max > 0 ? set.Max : Math.Max(1, statusReplicas);
        var size = (double)set.Replicas * (spec.Replicas + spec.MaxSurge) / before;
        return (int)Math.Round(size, MidpointRounding.AwayFromZero) - set.Replicas;
    }
}
