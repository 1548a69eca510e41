using Kairship.Delivery.Applications;
using Kairship.Delivery.Arbitration;

namespace Kairship.Delivery.Failover.Returning;

/// <summary>A cluster of an application's origin, as it is now.</summary>
/// <param name="WellSince">Since when it is ready without a break; null: it is not.</param>
/// <param name="Losses">When it was lost, in any order.</param>
/// <param name="Comparison">What it had when it came back; null: not compared yet.</param>
public sealed record ReturningCluster(string Name, DateTimeOffset? WellSince, IReadOnlyList<DateTimeOffset> Losses, ReturnComparison? Comparison);

public enum FailbackVerdict
{
    /// <summary>It is where it was.</summary>
    Back,

    /// <summary>Later.</summary>
    Wait,

    /// <summary>Its return begins, and asks people before anything is written.</summary>
    Ask,

    /// <summary>Its return begins.</summary>
    Go,

    /// <summary>It stays until somebody releases it.</summary>
    Stay,
}

/// <param name="Sentence">Why.</param>
/// <param name="At">When to look again, where that is known.</param>
public sealed record FailbackAnswer(FailbackVerdict Verdict, string Sentence, DateTimeOffset? At = null);

/// <summary>Whether an application returns to where it was. All clusters that it misses have to be well: it returns once, not cluster by cluster.</summary>
public static class Failback
{
    /// <param name="missing">The clusters of <see cref="FailbackOrigin.Missing"/>, each as it is now.</param>
    /// <param name="lease">Who holds the application.</param>
    public static FailbackAnswer Judge(
        Application application, FailbackOrigin origin, IReadOnlyList<ReturningCluster> missing, ArbiterLease? lease, BrakeAnswer brake, FlapDamping damping, DateTimeOffset now)
    {
        var (name, policy) = (application.Name, application.Failover.Failback);
        if (missing.Count == 0)
        {
            return new FailbackAnswer(FailbackVerdict.Back, $"{name} is where it was before {origin.At:u}.");
        }

        if (policy.Mode == FailbackMode.Never)
        {
            return new FailbackAnswer(FailbackVerdict.Stay, $"{name} stays where it is (failback mode never); a release may place it anew.");
        }

        if (brake.Holds)
        {
            return new FailbackAnswer(FailbackVerdict.Wait, $"The brake holds: {brake.Sentence ?? "too much of the fleet was lost at once."}");
        }

        if (WhyNotYet(name, policy, missing, damping, now) is { } wait)
        {
            return wait;
        }

        // It may go before a release, but is never so urgent that somebody's release should end for it.
        if (lease is { Purpose: ArbiterPurpose.Release })
        {
            return new FailbackAnswer(FailbackVerdict.Wait, $"{name} is being released by {lease.Holder} since {lease.Since:u}: it returns when that is over.");
        }

        if (ArbiterRules.Claim(name, lease, $"failback of {name}", ArbiterPurpose.Failback, now) is ArbiterClaim.Refused refused)
        {
            return new FailbackAnswer(FailbackVerdict.Wait, refused.Reason);
        }

        var clusters = string.Join(", ", missing.Select(c => c.Name).Order(StringComparer.Ordinal));
        return policy.Mode == FailbackMode.Approval
            ? new FailbackAnswer(FailbackVerdict.Ask, $"{clusters} may have {name} back; the application wants people to agree first.")
            : new FailbackAnswer(FailbackVerdict.Go, $"{name} returns to {clusters}.");
    }

    private static FailbackAnswer? WhyNotYet(string name, FailbackPolicy policy, IReadOnlyList<ReturningCluster> missing, FlapDamping damping, DateTimeOffset now)
    {
        FailbackAnswer? longest = null;
        foreach (var cluster in missing.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (damping.TrustedAt(policy.Stabilisation, cluster.Losses, cluster.WellSince, now) is not { } at)
            {
                return new FailbackAnswer(FailbackVerdict.Wait, $"{cluster.Name} is not back.");
            }

            if (at > now && (longest is null || at > longest.At))
            {
                longest = new FailbackAnswer(
                    FailbackVerdict.Wait, $"{cluster.Name} is well since {cluster.WellSince:u} and is trusted from {at:u} on{damping.Words(policy.Stabilisation, cluster.Losses, cluster.WellSince!.Value)}.", at);
            }
        }

        return longest ?? missing.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => Unclean(name, c)).FirstOrDefault(a => a is not null);
    }

    private static FailbackAnswer? Unclean(string name, ReturningCluster cluster) => cluster.Comparison switch
    {
        null => new FailbackAnswer(FailbackVerdict.Wait, $"{cluster.Name} has not been compared yet with what it should have."),
        { Unread.Count: > 0 } comparison => new FailbackAnswer(FailbackVerdict.Wait, $"{cluster.Name} could not be read in full: {comparison.Unread[0]}"),
        var comparison when !comparison.IsCleanFor(name) =>
            new FailbackAnswer(FailbackVerdict.Wait, comparison.Items.First(i => i.Application == name && i.Action is not (ReturnAction.Keep or ReturnAction.Foreign)).Sentence),
        _ => null,
    };
}
