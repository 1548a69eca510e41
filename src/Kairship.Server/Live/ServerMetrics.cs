using System.Diagnostics.Metrics;
using Kairship.Fleet.Health;
using Kairship.Server.Clusters;

namespace Kairship.Server.Live;

/// <summary>What /metrics shows beside what ASP.NET Core tells of itself.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Kairship";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> releasesStarted;
    private readonly Counter<long> releasesFailed;
    private readonly Counter<long> commits;
    private readonly Counter<long> instancesEnded;

    public ServerMetrics(ClusterConditions conditions)
    {
        releasesStarted = meter.CreateCounter<long>("kairship.releases.started", description: "Releases started");
        releasesFailed = meter.CreateCounter<long>("kairship.releases.failed", description: "Releases that failed because their workflow ended early");
        commits = meter.CreateCounter<long>("kairship.engine.commits", description: "Transitions of workflow instances that were committed");
        instancesEnded = meter.CreateCounter<long>("kairship.instances.ended", description: "Workflow instances that ended, by status");
        meter.CreateObservableGauge(
            "kairship.cluster.up",
            () => conditions.All.Select(c => new Measurement<int>(c.Ready == ConditionStatus.True ? 1 : 0, new KeyValuePair<string, object?>("cluster", c.Cluster))),
            description: "1 when the last probe of the cluster was good");
        meter.CreateObservableGauge(
            "kairship.cluster.latency",
            () => conditions.All.Select(c => new Measurement<double>(c.Latency.TotalSeconds, new KeyValuePair<string, object?>("cluster", c.Cluster))),
            unit: "s", description: "Of the last probe's first answer");
    }

    public void ReleaseStarted(string workflow) => releasesStarted.Add(1, new KeyValuePair<string, object?>("workflow", workflow));

    public void ReleaseFailed(string workflow) => releasesFailed.Add(1, new KeyValuePair<string, object?>("workflow", workflow));

    public void Committed() => commits.Add(1);

    public void InstanceEnded(string status) => instancesEnded.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Dispose() => meter.Dispose();
}
