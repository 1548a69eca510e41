using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

public enum ConditionStatus
{
    True,

    /// <summary>The cluster answers and cannot be worked with.</summary>
    False,

    /// <summary>The cluster does not answer: it may be fine and only out of reach.</summary>
    Unknown,
}

/// <summary>One look at a cluster.</summary>
/// <param name="Reason">One word, such as "Ready", "Unreachable", "Unauthorized".</param>
/// <param name="Version">Such as "v1.34.0"; null when it could not be read.</param>
/// <param name="Nodes">null when it could not be read.</param>
/// <param name="Latency">Of the first answer; zero when there was none.</param>
public sealed record ClusterCondition(
    string Cluster, ConditionStatus Ready, string Reason, string Message, string? Version, int? Nodes, TimeSpan Latency, DateTimeOffset At);

/// <summary>Asks clusters how they are, past retries and circuit breaker: the truth of this moment.</summary>
public sealed class ClusterProbe(ClusterConnections connections, TimeProvider clock)
{
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ClusterCondition> ProbeAsync(string cluster, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(connections.Options.ProbeTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            return await AskAsync(connection, either.Token);
        }
        catch (ClusterException exception)
        {
            return Without(cluster, exception.Kind, exception.Detail);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Without(cluster, ClusterFailure.Timeout, $"no answer within {connections.Options.ProbeTimeout.TotalSeconds:0.#} s");
        }
    }

    /// <summary>Nodes of a list that was asked for one item.</summary>
    internal static int CountOf(JsonObject list) =>
        ((list["items"] as JsonArray)?.Count ?? 0) + ((list["metadata"]?["remainingItemCount"] as JsonValue)?.GetValue<int>() ?? 0);

    private async Task<ClusterCondition> AskAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var version = await connection.SendOnceAsync(ClusterRequest.Get("version"), cancellationToken);
        var latency = clock.GetElapsedTime(start);
        if (!version.IsSuccess)
        {
            var failure = FailureTranslation.FromAnswer(connection.Cluster, version);
            return Without(connection.Cluster, failure.Kind, failure.Detail) with { Latency = latency };
        }

        var known = new ClusterCondition(
            connection.Cluster, ConditionStatus.True, "Ready", "", version.TryJson()?["gitVersion"]?.ToString(), null, latency, clock.GetUtcNow());
        var ready = await connection.SendOnceAsync(ClusterRequest.Get("readyz"), cancellationToken);
        if (ready.Status >= 500)
        {
            return known with { Ready = ConditionStatus.False, Reason = "NotReady", Message = $"its API server says that it is not ready ({ready.Status})" };
        }

        var nodes = await connection.SendOnceAsync(ClusterRequest.Get("api/v1/nodes?limit=1"), cancellationToken);
        return nodes.Status switch
        {
            >= 200 and < 300 => known with { Nodes = nodes.TryJson() is { } list ? CountOf(list) : null },
            401 => Without(connection.Cluster, ClusterFailure.Unauthorized, "its credentials are wrong or have expired") with { Version = known.Version, Latency = latency },
            _ => known,
        };
    }

    private ClusterCondition Without(string cluster, ClusterFailure kind, string message)
    {
        var silent = kind is ClusterFailure.Unreachable or ClusterFailure.Timeout or ClusterFailure.Throttled;
        return new(cluster, silent ? ConditionStatus.Unknown : ConditionStatus.False, kind.ToString(), message, null, null, TimeSpan.Zero, clock.GetUtcNow());
    }
}
