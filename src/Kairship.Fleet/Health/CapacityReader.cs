using System.Globalization;
using System.Text.Json;
using k8s.Models;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>Counts nodes and pods page by page; nothing of them is kept.</summary>
internal static class CapacityReader
{
    private const int PageSize = 500;

    /// <exception cref="ClusterException">They cannot be read.</exception>
    public static async Task<ClusterCapacity> ReadAsync(ClusterConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (nodes, ready, pending) = (0, 0, 0);
        var (allocatable, requested) = (ResourceAmounts.None, ResourceAmounts.None);
        await EachAsync(connection, "api/v1/nodes", node =>
        {
            nodes++;
            if (IsReady(node))
            {
                ready++;
                allocatable += IsOpen(node) && node.TryGetProperty("status", out var status) && status.TryGetProperty("allocatable", out var amounts)
                    ? AmountsOf(amounts) : ResourceAmounts.None;
            }
        }, cancellationToken);
        await EachAsync(connection, "api/v1/pods", pod =>
        {
            var spec = pod.GetProperty("spec");
            if (Phase(pod) is "Succeeded" or "Failed")
            {
                return;
            }

            if (spec.TryGetProperty("nodeName", out var node) && node.GetString() is { Length: > 0 })
            {
                requested += RequestsOf(spec);
            }
            else
            {
                pending++;
            }
        }, cancellationToken);
        return new ClusterCapacity(nodes, ready, allocatable, requested, pending, now);
    }

    /// <summary>As the scheduler counts: containers and sidecars together, or the largest init container with the sidecars before it, whichever is more; and the overhead.</summary>
    internal static ResourceAmounts RequestsOf(JsonElement spec)
    {
        var running = Containers(spec, "containers").Aggregate(ResourceAmounts.None, (sum, c) => sum + RequestOf(c));
        var (sidecars, most) = (ResourceAmounts.None, ResourceAmounts.None);
        foreach (var init in Containers(spec, "initContainers"))
        {
            var own = RequestOf(init);
            if (init.TryGetProperty("restartPolicy", out var policy) && policy.GetString() == "Always")
            {
                sidecars += own;
                most = Max(most, sidecars);
            }
            else
            {
                most = Max(most, sidecars + own);
            }
        }

        var overhead = spec.TryGetProperty("overhead", out var extra) ? AmountsOf(extra) : ResourceAmounts.None;
        return Max(running + sidecars, most) + overhead + new ResourceAmounts(0, 0, 1);
    }

    private static async Task EachAsync(ClusterConnection connection, string path, Action<JsonElement> each, CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var query = $"?limit={PageSize}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}";
            var answer = await connection.SendOnceAsync(ClusterRequest.Get(path + query), cancellationToken);
            if (!answer.IsSuccess)
            {
                throw connection.Failure(answer);
            }

            try
            {
                using var page = JsonDocument.Parse(answer.Body);
                foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
                {
                    each(item);
                }

                next = page.RootElement.GetProperty("metadata").TryGetProperty("continue", out var token) ? token.GetString() : null;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new ClusterException(ClusterFailure.ServerError, connection.Cluster, $"its answer to /{path} is no list", exception);
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    private static bool IsReady(JsonElement node) =>
        node.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
        && conditions.EnumerateArray().Any(c => c.GetProperty("type").GetString() == "Ready" && c.GetProperty("status").GetString() == "True");

    private static bool IsOpen(JsonElement node) =>
        !(node.TryGetProperty("spec", out var spec) && spec.TryGetProperty("unschedulable", out var closed) && closed.ValueKind == JsonValueKind.True);

    private static string? Phase(JsonElement pod) =>
        pod.TryGetProperty("status", out var status) && status.TryGetProperty("phase", out var phase) ? phase.GetString() : null;

    private static IEnumerable<JsonElement> Containers(JsonElement spec, string field) =>
        spec.TryGetProperty(field, out var containers) && containers.ValueKind == JsonValueKind.Array ? containers.EnumerateArray() : [];

    private static ResourceAmounts RequestOf(JsonElement container) =>
        container.TryGetProperty("resources", out var resources) && resources.TryGetProperty("requests", out var requests) && requests.ValueKind == JsonValueKind.Object
            ? AmountsOf(requests) with { Pods = 0 } : ResourceAmounts.None;

    private static ResourceAmounts AmountsOf(JsonElement amounts) =>
        new(Amount(amounts, "cpu", 1000), Amount(amounts, "memory", 1), Amount(amounts, "pods", 1));

    /// <summary>Rounded up, as the scheduler does.</summary>
    private static long Amount(JsonElement amounts, string name, int scale)
    {
        if (!amounts.TryGetProperty(name, out var value))
        {
            return 0;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        try
        {
            return (long)Math.Ceiling(new ResourceQuantity(text).ToDecimal() * scale);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            return long.TryParse(text, CultureInfo.InvariantCulture, out var plain) ? plain * scale : 0;
        }
    }

    private static ResourceAmounts Max(ResourceAmounts one, ResourceAmounts other) =>
        new(Math.Max(one.CpuMillis, other.CpuMillis), Math.Max(one.MemoryBytes, other.MemoryBytes), Math.Max(one.Pods, other.Pods));
}
