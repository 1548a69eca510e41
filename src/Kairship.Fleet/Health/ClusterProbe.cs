using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>Asks clusters how they are, past retries and circuit breaker: the truth of this moment.</summary>
public sealed class ClusterProbe(ClusterConnections connections, TimeProvider clock)
{
    /// <param name="options">When certificates count as expiring.</param>
    /// <param name="thorough">Also counts nodes and pods and looks at the rights.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ClusterObservation> ProbeAsync(string cluster, HealthOptions? options = null, bool thorough = true, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(connections.Options.ProbeTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        ClusterConnection? connection = null;
        ClusterObservation seen;
        try
        {
            connection = await connections.GetAsync(cluster, either.Token);
            seen = await AskAsync(connection, either.Token);
        }
        catch (ClusterException exception)
        {
            seen = Without(cluster, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            seen = Without(cluster, new ClusterException(ClusterFailure.Timeout, cluster, $"no answer within {connections.Options.ProbeTimeout.TotalSeconds:0.#} s"));
        }

        return connection is null ? seen : await CompleteAsync(connection, seen, options ?? new HealthOptions(), thorough, cancellationToken);
    }

    /// <summary>Nodes of a list that was asked for one item.</summary>
    internal static int CountOf(JsonObject list) =>
        ((list["items"] as JsonArray)?.Count ?? 0) + ((list["metadata"]?["remainingItemCount"] as JsonValue)?.GetValue<int>() ?? 0);

    private async Task<ClusterObservation> AskAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var version = await connection.SendOnceAsync(ClusterRequest.Get("version"), cancellationToken);
        var latency = clock.GetElapsedTime(start);
        if (!version.IsSuccess)
        {
            return Without(connection.Cluster, connection.Failure(version)) with { Latency = latency };
        }

        var known = Observation(connection.Cluster, ConditionStatus.True, "Ready", "") with { Version = version.TryJson()?["gitVersion"]?.ToString(), Latency = latency };
        var ready = await connection.SendOnceAsync(ClusterRequest.Get("readyz"), cancellationToken);
        if (ready.Status >= 500)
        {
            return known with { Ready = Reading(ConditionStatus.False, "NotReady", $"its API server says that it is not ready ({ready.Status})") };
        }

        // The version is told to strangers, too: whether we are known shows at something that is not.
        var kubeSystem = await connection.SendOnceAsync(ClusterRequest.Get("api/v1/namespaces/kube-system", ClusterRequest.Metadata), cancellationToken);
        return kubeSystem.Status is 401 or 403 or >= 500 ? Without(connection.Cluster, connection.Failure(kubeSystem)) with { Version = known.Version, Latency = latency } : known;
    }

    /// <summary>What is not needed to know whether the cluster is ready: a failure here changes nothing of that.</summary>
    private async Task<ClusterObservation> CompleteAsync(
        ClusterConnection connection, ClusterObservation seen, HealthOptions options, bool thorough, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(connections.Options.ProbeTimeout * 3, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var others = new List<ConditionReading>();
        try
        {
            if (ExpiryRule.Read(await connection.ExpiriesAsync(either.Token), clock.GetUtcNow(), options) is { } expiry)
            {
                others.Add(expiry);
            }

            if (thorough && seen.Ready.Status == ConditionStatus.True)
            {
                others.Add(await MemberRights.ReadAsync(connection, either.Token));
                return seen with { Others = others, Capacity = await CapacityReader.ReadAsync(connection, clock.GetUtcNow(), either.Token) };
            }
        }
        catch (ClusterException exception) when (exception.Kind == ClusterFailure.Forbidden)
        {
            // The cluster's own words name verb and resource.
            others.RemoveAll(o => o.Type == ClusterCondition.Authorized && o.Status != ConditionStatus.False);
            if (others.TrueForAll(o => o.Type != ClusterCondition.Authorized))
            {
                others.Add(new ConditionReading(ClusterCondition.Authorized, ConditionStatus.False, "Forbidden", exception.Detail));
            }
        }
        catch (ClusterException)
        {
            // Told by the next look, if it lasts.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Too slow to be counted this time.
        }

        return seen with { Others = others };
    }

    private ClusterObservation Without(string cluster, ClusterException exception)
    {
        var silent = exception.Kind is ClusterFailure.Unreachable or ClusterFailure.Timeout or ClusterFailure.Throttled;
        return Observation(cluster, silent ? ConditionStatus.Unknown : ConditionStatus.False, exception.Cause ?? exception.Kind.ToString(), exception.Detail);
    }

    private ClusterObservation Observation(string cluster, ConditionStatus status, string reason, string message) =>
        new(cluster, Reading(status, reason, message), null, TimeSpan.Zero, clock.GetUtcNow(), [], null);

    private static ConditionReading Reading(ConditionStatus status, string reason, string message) => new(ClusterCondition.Ready, status, reason, message);
}
