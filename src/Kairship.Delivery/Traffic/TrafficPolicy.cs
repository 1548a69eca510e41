namespace Kairship.Delivery.Traffic;

/// <summary>What spreads the traffic of an application over its clusters.</summary>
public enum TrafficRouter
{
    /// <summary>A Gateway API HTTPRoute, in the cluster of the gateway: the weights of its backends.</summary>
    HttpRoute,

    /// <summary>A DNSEndpoint of external-dns: which addresses a name has. DNS knows no weights: a cluster is in or out.</summary>
    DnsEndpoint,
}

/// <summary>How traffic follows the application to where it is (spec.traffic). The router's object is the user's; Kairship changes the weights of the backends named here, and nothing else in it.</summary>
/// <param name="Cluster">Where the router's object is. It should not be one that is lost together with the application.</param>
/// <param name="Name">Of the router's object.</param>
/// <param name="Endpoints">What stands for each cluster at the router: with HttpRoute the name of a backend (a Service), with DnsEndpoint an address.</param>
public sealed record TrafficPolicy(TrafficRouter Router, string Cluster, string Name, IReadOnlyDictionary<string, string> Endpoints)
{
    /// <summary>Null: the application's.</summary>
    public string? Namespace { get; init; }
}
