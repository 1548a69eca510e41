using System.Diagnostics.Metrics;
using Kairship.Fleet.Health;
using Kairship.Server.Clusters;

namespace Kairship.Server.Live;

/// <summary>What /metrics shows beside what ASP.NET Core tells of itself.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Kairship";

    private readonly Meter meter;
    private readonly Counter<long> releasesStarted;
    private readonly Counter<long> releasesFailed;
    private readonly Counter<long> commits;
    private readonly Counter<long> instancesEnded;

    /// <param name="name">What is not <see cref="MeterName"/> is not shown.</param>
    public ServerMetrics(ClusterHealthBook book, string name = MeterName)
    {
        meter = new Meter(name);
        releasesStarted = meter.CreateCounter<long>("kairship.releases.started", description: "Releases started");
        releasesFailed = meter.CreateCounter<long>("kairship.releases.failed", description: "Releases that failed because their workflow ended early");
        commits = meter.CreateCounter<long>("kairship.engine.commits", description: "Transitions of workflow instances that were committed");
        instancesEnded = meter.CreateCounter<long>("kairship.instances.ended", description: "Workflow instances that ended, by status");
        meter.CreateObservableGauge(
            "kairship.cluster.up",
            () => book.Own.Select(c => new Measurement<int>(c.Ready?.Status == ConditionStatus.True ? 1 : 0, new KeyValuePair<string, object?>("cluster", c.Cluster))),
            description: "1 while the cluster is ready; of the clusters that this node looks at");
        meter.CreateObservableGauge(
            "kairship.cluster.latency",
            () => book.Own.Where(c => c.Latency is not null).Select(c => new Measurement<double>(c.Latency!.P50Milliseconds / 1000, new KeyValuePair<string, object?>("cluster", c.Cluster))),
            unit: "s", description: "Of the API server's answers to the last looks, the median");
    }

    public void ReleaseStarted(string workflow) => releasesStarted.Add(1, new KeyValuePair<string, object?>("workflow", workflow));

    public void ReleaseFailed(string workflow) => releasesFailed.Add(1, new KeyValuePair<string, object?>("workflow", workflow));

    public void Committed() => commits.Add(1);

    public void InstanceEnded(string status) => instancesEnded.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Dispose() => meter.Dispose();
}
