using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Failover;

/// <summary>What is done with the objects in a cluster that an application leaves and that can be reached.</summary>
public enum EvictionStep
{
    Wait,
    Delete,

    /// <summary>A person has to say so.</summary>
    Ask,
}

/// <summary>When old replicas go.</summary>
public static class Eviction
{
    /// <summary>Gracefully: when all new places are healthy, or after the grace period. No report is not healthy.</summary>
    /// <param name="since">Since when it is leaving.</param>
    /// <param name="isHealthyElsewhere">Every new place has reported that all is healthy.</param>
    /// <param name="isConfirmed">A person has agreed to the deletion.</param>
    public static (EvictionStep Step, string Sentence) Judge(FailoverPolicy policy, DateTimeOffset since, bool isHealthyElsewhere, bool isConfirmed, DateTimeOffset now) => policy.PurgeMode switch
    {
        _ when isConfirmed => (EvictionStep.Delete, "It was agreed that the objects go."),
        PurgeMode.Directly => (EvictionStep.Delete, "The application lets its objects go first (purgeMode Directly)."),
        PurgeMode.Never => (EvictionStep.Ask, "The application lets nothing be deleted unasked (purgeMode Never)."),
        _ when isHealthyElsewhere => (EvictionStep.Delete, "All is healthy in its new places."),
        _ when now - since >= policy.GracePeriod => (EvictionStep.Delete, $"The grace period of {GoDuration.Format(policy.GracePeriod)} is over."),
        _ => (EvictionStep.Wait, $"The objects stay until all is healthy elsewhere, at most until {since + policy.GracePeriod:u}."),
    };
}
