using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kairship.Simulator.Faults;

/// <summary>All switches of <see cref="ClusterFaults"/> as data: the body of <c>GET</c> and <c>PUT /sim/v1/clusters/NAME/faults</c> on the control port.</summary>
public sealed record FaultSettings
{
    /// <summary>How the settings look as JSON: camelCase, enumerations by name.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <inheritdoc cref="ClusterFaults.Unreachable"/>
    public bool Unreachable { get; init; }

    /// <inheritdoc cref="ClusterFaults.Frozen"/>
    public bool Frozen { get; init; }

    /// <summary>Whether an unreachable cluster drops packets (connections hang) instead of refusing connections.</summary>
    public bool Drop { get; init; }

    /// <summary>Milliseconds added before every request, and before every part of a watch.</summary>
    public double LatencyMilliseconds { get; init; }

    /// <summary>Most milliseconds that a request's latency is longer or shorter; drawn for each.</summary>
    public double JitterMilliseconds { get; init; }

    /// <summary>Share of requests that fail, 0 to 1.</summary>
    public double ErrorRate { get; init; }

    /// <inheritdoc cref="ClusterFaults.Kinds"/>
    public FaultKind Kinds { get; init; } = FaultKind.All;

    /// <summary>Seconds in the Retry-After header of 429 and 503.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>Seconds that the cluster's clock is ahead.</summary>
    public double ClockSkewSeconds { get; init; }

    /// <inheritdoc cref="ClusterFaults.NodesFull"/>
    public bool NodesFull { get; init; }

    /// <summary>Names of the nodes whose kubelet has stopped: no heartbeats, no pod starts or ends there.</summary>
    public IReadOnlyList<string> NodesDown { get; init; } = [];

    /// <summary>Image substring to the way its pods fail.</summary>
    public IReadOnlyDictionary<string, PodFault> Images { get; init; } = new Dictionary<string, PodFault>(StringComparer.Ordinal);

    /// <summary>When faults heal by themselves, by the names of <see cref="NamedFaults"/>.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Ends { get; init; } = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>Whether bytes stand still: the cluster is frozen, or unreachable by dropping.</summary>
    internal bool IsStalled => Frozen || (Unreachable && Drop);

    /// <summary>Whether connections are refused and running ones reset.</summary>
    internal bool IsCut => Unreachable && !Drop;

    /// <summary>The settings, or an <see cref="ArgumentException"/> that names the value out of range.</summary>
    internal static FaultSettings Check(FaultSettings settings)
    {
        if (settings.ErrorRate is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"errorRate is {settings.ErrorRate}; it is a share from 0 to 1.", nameof(settings));
        }

        if (settings.LatencyMilliseconds is not (>= 0 and <= 3_600_000))
        {
            throw new ArgumentException($"latencyMilliseconds is {settings.LatencyMilliseconds}; it is from 0 to 3600000.", nameof(settings));
        }

        if (settings.JitterMilliseconds is not (>= 0 and <= 3_600_000))
        {
            throw new ArgumentException($"jitterMilliseconds is {settings.JitterMilliseconds}; it is from 0 to 3600000.", nameof(settings));
        }

        if (settings.RetryAfterSeconds is not (>= 0 and <= 3600))
        {
            throw new ArgumentException($"retryAfterSeconds is {settings.RetryAfterSeconds}; it is from 0 to 3600.", nameof(settings));
        }

        if (Math.Abs(settings.ClockSkewSeconds) is not (>= 0 and <= 315_360_000))
        {
            throw new ArgumentException($"clockSkewSeconds is {settings.ClockSkewSeconds}; it is within ten years.", nameof(settings));
        }

        return settings;
    }
}
