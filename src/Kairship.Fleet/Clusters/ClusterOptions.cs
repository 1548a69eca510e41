using System.Globalization;

namespace Kairship.Fleet.Clusters;

/// <summary>How Kairship talks to its member clusters. Every value is checked at start; a wrong one stops it with its name, its value and the allowed ones.</summary>
public sealed class ClusterOptions
{
    /// <summary>How long one attempt of a request may take, from its first byte to the last of the answer.</summary>
    /// <value>15 seconds; from 100 ms to 10 minutes.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long connecting (TCP and TLS) may take.</summary>
    /// <value>5 seconds; from 100 ms to 1 minute.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts after the first of a request that may be repeated.</summary>
    /// <value>3; from 0 to 10.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Wait before the first repetition; it doubles with jitter. A cluster's Retry-After goes first, up to <see cref="MaxRetryDelay"/>.</summary>
    /// <value>200 milliseconds; from 1 ms to 1 minute.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait before a repetition.</summary>
    /// <value>10 seconds; from 1 ms to 5 minutes.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Share of attempts that must fail inside <see cref="BreakerSampling"/> for the circuit to open.</summary>
    /// <value>0.5; above 0, at most 1.</value>
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Attempts inside <see cref="BreakerSampling"/> below which the circuit never opens.</summary>
    /// <value>8; from 2 to 10,000.</value>
    public int BreakerMinimumThroughput { get; set; } = 8;

    /// <summary>Window in which attempts are counted.</summary>
    /// <value>30 seconds; from 1 s to 10 minutes.</value>
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit refuses requests before it lets one through.</summary>
    /// <value>10 seconds; from 500 ms to 10 minutes.</value>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests to one cluster at the same time. Watches are not counted.</summary>
    /// <value>16; from 1 to 200.</value>
    public int Concurrency { get; set; } = 16;

    /// <summary>Requests to one cluster that may wait for their turn; one more is refused as throttled.</summary>
    /// <value>1,000; from 0 to 100,000.</value>
    public int QueueLimit { get; set; } = 1_000;

    /// <summary>Objects applied, read or deleted at the same time in one cluster by one operation.</summary>
    /// <value>8; from 1 to 200.</value>
    public int Parallelism { get; set; } = 8;

    /// <summary>Lets a kubeconfig name files and programs of this machine. Off, since a kubeconfig from the wire could read or run anything.</summary>
    /// <value>false</value>
    public bool AllowLocalReferences { get; set; }

    /// <summary>Longest kubeconfig, in bytes.</summary>
    /// <value>1 MiB; from 1 KiB to 16 MiB.</value>
    public int MaxKubeconfigBytes { get; set; } = 1 << 20;

    /// <summary>How old the knowledge about a cluster's record may be: after this time another node's change is seen.</summary>
    /// <value>5 seconds; from 0 to 10 minutes.</value>
    public TimeSpan RecordFreshness { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an unknown kind may make Kairship ask again what the cluster serves.</summary>
    /// <value>3 seconds; from 0 to 10 minutes.</value>
    public TimeSpan DiscoveryRefresh { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a question may take where a cluster joins or its nodes and pods are counted: all of that takes three times as long at most. Looks have <see cref="Health.HealthOptions.LookTimeout"/>.</summary>
    /// <value>5 seconds; from 100 ms to 1 minute.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a deletion waits until the objects are gone, and an application until a new kind is served.</summary>
    /// <value>60 seconds; from 1 s to 1 hour.</value>
    public TimeSpan SettleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A watch that says nothing (not even a bookmark) for so long is taken for dead and opened again.</summary>
    /// <value>90 seconds; from 1 s to 1 hour.</value>
    public TimeSpan WatchIdleTimeout { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// How often a watch compares what it knows with the cluster. It is what finds an event that got lost inside a healthy stream, and what bounds how long it stays unnoticed.
    /// </summary>
    /// <value>10 minutes, more or less a fifth; from 100 ms to 24 hours.</value>
    public TimeSpan WatchCheckInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a credentials program of a kubeconfig may run.</summary>
    /// <value>30 seconds; from 1 s to 5 minutes.</value>
    public TimeSpan CredentialProgramTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the token and the CA of the pod's service account are.</summary>
    /// <value>/var/run/secrets/kubernetes.io/serviceaccount</value>
    public string ServiceAccountFolder { get; set; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The API server of the cluster that this process runs in.</summary>
    /// <value>null: as KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT say.</value>
    public string? InClusterServer { get; set; }

    /// <exception cref="ArgumentException">A value is out of its range; the message has its name, the value and the range.</exception>
    public void Validate()
    {
        Between(nameof(AttemptTimeout), AttemptTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Between(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Between(nameof(MaxRetries), MaxRetries, 0, 10);
        Between(nameof(RetryDelay), RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Between(nameof(MaxRetryDelay), MaxRetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        Between(nameof(BreakerFailureRatio), BreakerFailureRatio, 0.01, 1.0);
        Between(nameof(BreakerMinimumThroughput), BreakerMinimumThroughput, 2, 10_000);
        Between(nameof(BreakerSampling), BreakerSampling, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Between(nameof(BreakDuration), BreakDuration, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10));
        Between(nameof(Concurrency), Concurrency, 1, 200);
        Between(nameof(QueueLimit), QueueLimit, 0, 100_000);
        Between(nameof(Parallelism), Parallelism, 1, 200);
        Between(nameof(MaxKubeconfigBytes), MaxKubeconfigBytes, 1 << 10, 16 << 20);
        Between(nameof(RecordFreshness), RecordFreshness, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Between(nameof(DiscoveryRefresh), DiscoveryRefresh, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Between(nameof(ProbeTimeout), ProbeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Between(nameof(SettleTimeout), SettleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Between(nameof(WatchIdleTimeout), WatchIdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Between(nameof(WatchCheckInterval), WatchCheckInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24));
        Between(nameof(CredentialProgramTimeout), CredentialProgramTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    }

    private static void Between<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"ClusterOptions.{name} is {value}; it is from {least} to {most}."), name);
        }
    }
}
