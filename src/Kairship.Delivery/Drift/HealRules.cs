namespace Kairship.Delivery.Drift;

/// <summary>What is done about one drifted object now.</summary>
public enum HealDecision
{
    Heal,

    /// <summary>It was put back a short while ago: later.</summary>
    Wait,

    /// <summary>It was put back too often: somebody has to find out who changes it.</summary>
    GiveUp,
}

/// <summary>How often an object is put back before somebody else is believed to want it otherwise.</summary>
public static class HealRules
{
    /// <summary>As often within <see cref="Window"/>.</summary>
    public const int MostHeals = 3;

    /// <summary>What was longer ago counts no more.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>At once; again after 1 s, then 30 s; never a fourth time within the window.</summary>
    /// <param name="heals">When it was put back, in any order.</param>
    public static HealDecision Decide(IReadOnlyList<DateTimeOffset> heals, DateTimeOffset now)
    {
        var recent = heals.Where(at => now - at < Window).ToList();
        return recent.Count >= MostHeals ? HealDecision.GiveUp
            : recent.Count > 0 && now - recent.Max() < FirstPause * Math.Pow(30, recent.Count - 1) ? HealDecision.Wait
            : HealDecision.Heal;
    }

    /// <summary>The memory of heals with what was put back <paramref name="now"/>, without what no longer counts.</summary>
    public static IReadOnlyList<HealedObject> Remember(IReadOnlyList<HealedObject> heals, IEnumerable<(string Cluster, string Object)> healed, DateTimeOffset now) =>
    [
        .. heals.SelectMany(h => h.At.Select(at => (h.Cluster, h.Object, At: at)))
            .Concat(healed.Select(h => (h.Cluster, h.Object, At: now)))
            .Where(h => now - h.At < Window)
            .GroupBy(h => (h.Cluster, h.Object))
            .Select(g => new HealedObject(g.Key.Cluster, g.Key.Object, [.. g.Select(h => h.At).Order()]))
            .OrderBy(h => h.Cluster, StringComparer.Ordinal).ThenBy(h => h.Object, StringComparer.Ordinal),
    ];
}
