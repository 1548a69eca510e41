using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Rollouts;

/// <summary>
/// Builds what runs beside the stable objects of a cluster for a trial. Nothing of stable is changed: the set names no object that is there already, so that
/// deleting the set ends the trial without a trace. At promotion the target is applied in full first (which takes the track off objects that keep their name)
/// and what still has the track is deleted then.
/// </summary>
public static class CanaryBuilder
{
    private const int MaxName = 63;

    /// <param name="stable">What the previous revision rendered to for this cluster.</param>
    /// <param name="target">What the new revision renders to for this cluster.</param>
    /// <param name="canaryReplicas">"Deployment/web" to canary pods here; a canary that is absent gets 1 (its stable side is sized by an autoscaler).
    /// A Deployment that is new in the target runs with the replicas of its manifest unless it is named here.</param>
    public static CanarySet Build(
        string releaseId, IReadOnlyList<Manifest> stable, IReadOnlyList<Manifest> target, IReadOnlyDictionary<string, int> canaryReplicas)
    {
        var trial = new CanaryTrial(releaseId, stable, target);
        var workloads = trial.Canaried.Select(m => WorkloadKey.Of(m.Ref)).Order(StringComparer.Ordinal).ToList();
        var manifests = trial.Canaried.Select(m => trial.Canary(m, canaryReplicas.GetValueOrDefault(WorkloadKey.Of(m.Ref), 1)))
            .Concat(trial.Added.Select(m => trial.UnderOwnName(m, canaryReplicas.TryGetValue(WorkloadKey.Of(m.Ref), out var count) ? count : null)))
            .Concat(trial.Copied.Select(trial.Copy))
            .ToList();
        manifests.Sort(ApplyOrder.Compare);
        return new CanarySet(manifests, workloads, trial.NotCanaried().Order(StringComparer.Ordinal).ToList());
    }

    /// <summary>"web-canary"; cut with a hash where that is longer than 63 characters.</summary>
    public static string CanaryName(string name)
    {
        const string Suffix = "-canary";
        return name.Length + Suffix.Length <= MaxName
            ? name + Suffix
            : $"{name[..(MaxName - Suffix.Length - 9)].TrimEnd('-', '.')}-{ManifestParser.Hash(name)[..8]}{Suffix}";
    }

    /// <summary>A canary name that nothing has yet.</summary>
    internal static string FreeName(string name, Func<string, bool> isTaken)
    {
        var candidate = CanaryName(name);
        for (var attempt = 1; isTaken(candidate); attempt++)
        {
            candidate = CanaryName($"{name[..Math.Min(name.Length, 40)].TrimEnd('-', '.')}-{ManifestParser.Hash($"{name}/{attempt}")[..8]}");
        }

        return candidate;
    }
}
