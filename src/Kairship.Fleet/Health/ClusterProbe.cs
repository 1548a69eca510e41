using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>Asks clusters how they are, past retries and circuit breaker: the truth of this moment.</summary>
public sealed class ClusterProbe(ClusterConnections connections, TimeProvider clock)
{
    /// <summary>A look, and where it found the cluster ready what a count finds out.</summary>
    /// <param name="thorough">Also counts nodes and pods and looks at the rights.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ClusterObservation> ProbeAsync(string cluster, HealthOptions? options = null, bool thorough = true, CancellationToken cancellationToken = default)
    {
        var seen = await LookAsync(cluster, options, cancellationToken);
        if (!thorough || seen.Ready.Status != ConditionStatus.True)
        {
            return seen;
        }

        var counted = await CountAsync(cluster, cancellationToken);
        return seen with { Others = [.. seen.Others, .. counted.Others], Capacity = counted.Capacity };
    }

    /// <summary>Whether the cluster answers and can be worked with; takes <see cref="HealthOptions.LookTimeout"/> at most.</summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ClusterObservation> LookAsync(string cluster, HealthOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new HealthOptions();
        using var limit = new CancellationTokenSource(options.LookTimeout * 2, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var began = clock.GetUtcNow();
        ClusterObservation seen;
        try
        {
            var connection = await connections.GetAsync(cluster, either.Token);
            seen = await AskAsync(connection, options, either.Token);
            if (ExpiryRule.Read(await connection.ExpiriesAsync(either.Token), clock.GetUtcNow(), options) is { } expiry)
            {
                seen = seen with { Others = [expiry] };
            }
        }
        catch (ClusterException exception)
        {
            seen = Without(cluster, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            seen = Without(cluster, new ClusterException(ClusterFailure.Timeout, cluster, $"no answer within {options.LookTimeout.TotalSeconds:0.##} s"));
        }

        return seen with { Began = began };
    }

    /// <summary>What is not needed to know whether the cluster is ready: what it has room for, and the rights. A failure changes nothing of what is known.</summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ClusterCount> CountAsync(string cluster, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(connections.Options.ProbeTimeout * 3, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var others = new List<ConditionReading>();
        ClusterCapacity? capacity = null;
        try
        {
            var connection = await connections.GetAsync(cluster, either.Token);
            others.Add(await MemberRights.ReadAsync(connection, either.Token));
            capacity = await CapacityReader.ReadAsync(connection, clock.GetUtcNow(), either.Token);
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

        return new ClusterCount(others, capacity, clock.GetUtcNow());
    }

    /// <summary>Nodes of a list that was asked for one item.</summary>
    internal static int CountOf(JsonObject list) =>
        ((list["items"] as JsonArray)?.Count ?? 0) + ((list["metadata"]?["remainingItemCount"] as JsonValue)?.GetValue<int>() ?? 0);

    private async Task<ClusterObservation> AskAsync(ClusterConnection connection, HealthOptions options, CancellationToken cancellationToken)
    {
        using var spares = new SpareTransports(connection);
        var start = clock.GetTimestamp();
        var latency = TimeSpan.Zero;

        // At once: what stands still costs its time only once.
        var version = AskAsync("version", ClusterRequest.Json);
        var ready = AskAsync("readyz", ClusterRequest.Json);
        var kubeSystem = AskAsync("api/v1/namespaces/kube-system", ClusterRequest.Metadata);
        await ((Task)Task.WhenAll(version, ready, kubeSystem)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        var told = await version;
        if (!told.IsSuccess)
        {
            return Without(connection.Cluster, connection.Failure(told)) with { Latency = latency };
        }

        var known = Observation(connection.Cluster, ConditionStatus.True, "Ready", "") with { Version = told.TryJson()?["gitVersion"]?.ToString(), Latency = latency };
        if ((await ready).Status is >= 500 and var status)
        {
            return known with { Ready = Reading(ConditionStatus.False, "NotReady", $"its API server says that it is not ready ({status})") };
        }

        // The version is told to strangers, too: whether we are known shows at something that is not.
        var ours = await kubeSystem;
        return ours.Status is 401 or 403 or >= 500 ? Without(connection.Cluster, connection.Failure(ours)) with { Version = known.Version, Latency = latency } : known;

        async Task<ClusterAnswer> AskAsync(string path, string accept)
        {
            var request = ClusterRequest.Get(path, accept);
            var answer = await HedgedQuestion.AskAsync(
                connection.Cluster, (time, token) => time == 0 ? connection.SendOnceAsync(request, token) : spares.Of(time).SendAsync(request, token), options.AskAgain, options.LookTimeout, clock, cancellationToken);
            latency = latency == TimeSpan.Zero ? clock.GetElapsedTime(start) : latency;
            return answer;
        }
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
