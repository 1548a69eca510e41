namespace Kairship.Delivery.Arbitration;

/// <summary>What becomes of a claim on an application.</summary>
public abstract record ArbiterClaim
{
    private ArbiterClaim()
    {
    }

    /// <param name="Lease">The lease to persist; equal to the current one when the holder asked again.</param>
    /// <param name="Preempted">Whose lease this ends; null when nobody's.</param>
    public sealed record Granted(ArbiterLease Lease, ArbiterLease? Preempted = null) : ArbiterClaim;

    /// <param name="Reason">Names the holder, its purpose and since when.</param>
    public sealed record Refused(string Reason) : ArbiterClaim;
}

/// <summary>One holder an application. A higher purpose pre-empts a lower one; equal or lower ones are refused; the holder may ask again.</summary>
public static class ArbiterRules
{
    /// <summary>Who holds an application that is being removed: whoever goes on with it.</summary>
    public static string RemovalHolder(string application) => $"removal of {application}";

    /// <param name="current">The lease as persisted, null when there is none.</param>
    /// <param name="lastEpoch">The greatest epoch the application ever had, when that outlives its leases: epochs never go back.</param>
    public static ArbiterClaim Claim(
        string application, ArbiterLease? current, string holder, ArbiterPurpose purpose, DateTimeOffset now, long lastEpoch = 0)
    {
        if (current is not null && current.Holder == holder)
        {
            return new ArbiterClaim.Granted(current);
        }

        if (current is not null && current.Purpose >= purpose)
        {
            return new ArbiterClaim.Refused(
                $"{application} is held by {current.Holder} ({current.Purpose}) since {current.Since:u}; a {purpose} has to wait until that is over.");
        }

        var epoch = Math.Max(lastEpoch, current?.Epoch ?? 0) + 1;
        return new ArbiterClaim.Granted(new ArbiterLease(application, holder, purpose, epoch, now), current);
    }
}
