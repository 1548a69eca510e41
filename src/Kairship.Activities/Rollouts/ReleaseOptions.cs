using Kairship.Delivery.Applications;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Activities.Rollouts;

/// <summary>How an application's objects are planned, applied and pruned.</summary>
internal static class ReleaseOptions
{
    public static ApplySet SetOf(Application spec) => new(spec.Name, spec.Namespace);

    /// <summary>What the application allows. The set's mark is not among it: a plan must not show it as a change.</summary>
    public static ApplyOptions Allowed(Application spec) => new()
    {
        Adopt = spec.Apply.Adopt == AdoptionRule.Unowned,
        Force = spec.Apply.Conflicts == ConflictRule.Force,
        Recreate = spec.Apply.Recreate == RecreateRule.Allowed,
    };

    /// <summary>For objects that stay.</summary>
    public static ApplyOptions Stable(Application spec, string release, long epoch) =>
        Allowed(spec) with { ReleaseId = release, Epoch = epoch, CreateNamespace = true, ApplySet = SetOf(spec) };

    /// <summary>For objects on trial: members of no set, taking nothing over and replacing nothing.</summary>
    public static ApplyOptions Canary(Application spec, string release, long epoch) =>
        Allowed(spec) with { ReleaseId = release, Epoch = epoch, CreateNamespace = true, DeferAdoption = true, Force = false, Recreate = false };
}
