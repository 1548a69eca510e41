namespace Kairship.Fleet.Health;

/// <summary>Whether certificates and tokens end so soon that somebody should do something.</summary>
internal static class ExpiryRule
{
    /// <returns>null: nothing is known of any end.</returns>
    public static ConditionReading? Read(IReadOnlyList<(string What, DateTimeOffset EndsAt)> expiries, DateTimeOffset now, HealthOptions options)
    {
        if (expiries.Count == 0)
        {
            return null;
        }

        var ending = expiries.Where(e => e.EndsAt - now < options.ExpiryWarning).OrderBy(e => e.EndsAt).ToList();
        if (ending.Count == 0)
        {
            return new ConditionReading(ClusterCondition.CertificateExpiring, ConditionStatus.False, "FarFromExpiry", "");
        }

        var left = ending[0].EndsAt - now;
        var reason = left <= TimeSpan.Zero ? "Expired" : left < options.ExpiryUrgent ? "ExpiresVerySoon" : "ExpiresSoon";
        var message = string.Join("; ", ending.Select(e => $"{e.What} {(e.EndsAt <= now ? "has ended" : "ends")} at {e.EndsAt.UtcDateTime:u}"));
        return new ConditionReading(ClusterCondition.CertificateExpiring, ConditionStatus.True, reason, $"{message}. Renew it in time, and join the cluster again if its kubeconfig holds it.");
    }
}
