using Kairship.Delivery.Manifests;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Drift;
using Kairship.Fleet.Metrics.Pods;
using Kairship.Fleet.Metrics.Prometheus;

namespace Kairship.Fleet.Metrics;

/// <summary>Reads what totals are decided by. What cannot be read is a reading that says why: it never takes a replica away.</summary>
public sealed class MetricReader(ClusterConnections connections, PrometheusClient prometheus, TimeProvider clock)
{
    private const int AtOnce = 8;

    /// <summary>No cluster keeps a decision waiting longer; its pods then count as not measured.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>One reading for each metric, in their order.</summary>
    public async Task<IReadOnlyList<MetricReading>> ReadAsync(IReadOnlyList<ScalingMetric> metrics, MeasuredWorkload workload, CancellationToken cancellationToken)
    {
        var readings = new MetricReading[metrics.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, metrics.Count, parallel, async (i, token) => readings[i] = await ReadAsync(metrics[i], workload, token));
        return readings;
    }

    /// <summary>How the workload stands in each of its clusters, by name.</summary>
    public Task<IReadOnlyList<WorkloadSight>> SeeAsync(MeasuredWorkload workload, CancellationToken cancellationToken) => EachAsync(
        workload,
        async (connection, _, token) =>
        {
            var live = await connection.Resources.GetAsync(workload.Workload, token);
            var autoscaled = live is null ? null : await Autoscalers.ReadAsync(connection, [Manifest.From(live)], token);
            return new WorkloadSight(connection.Cluster, (int?)live?["status"]?["readyReplicas"] ?? 0, autoscaled?.Invoke(workload.Workload.Namespace).Contains(WorkloadKey.Of(workload.Workload)) == true);
        },
        static (cluster, _, trouble) => new WorkloadSight(cluster, null, false, trouble),
        cancellationToken);

    private async Task<MetricReading> ReadAsync(ScalingMetric metric, MeasuredWorkload workload, CancellationToken cancellationToken)
    {
        if (metric.Provider == MetricProvider.Prometheus)
        {
            var answer = await prometheus.AskAsync(metric, cancellationToken);
            return new MetricReading(metric.Name, answer.Value, answer.Error);
        }

        var uses = await EachAsync(
            workload, (connection, planned, token) => PodUseReader.ReadAsync(connection, workload.Workload, metric.Resource ?? "", planned, token), PodUse.Without, cancellationToken);
        return PodUse.Sum(metric, uses);
    }

    private async Task<IReadOnlyList<T>> EachAsync<T>(
        MeasuredWorkload workload, Func<ClusterConnection, int, CancellationToken, Task<T>> read, Func<string, int, string, T> without, CancellationToken cancellationToken)
    {
        var clusters = workload.Replicas.OrderBy(r => r.Key, StringComparer.Ordinal).ToList();
        var found = new T[clusters.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, clusters.Count, parallel, async (i, token) =>
        {
            var (cluster, planned) = clusters[i];
            using var limit = new CancellationTokenSource(Patience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
            try
            {
                found[i] = await read(await connections.GetAsync(cluster, either.Token), planned, either.Token);
            }
            catch (ClusterException e)
            {
                found[i] = without(cluster, planned, e.Detail);
            }
            catch (UnknownClusterException)
            {
                found[i] = without(cluster, planned, "it is no member any more");
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                found[i] = without(cluster, planned, $"it did not answer within {Patience.TotalSeconds:0} s");
            }
        });
        return found;
    }
}
