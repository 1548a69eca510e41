using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Status;

/// <summary>Reads how the objects of a cluster are: one list for each kind and namespace, and pods only for the workloads that are not there yet.</summary>
public sealed class HealthReader(ClusterConnections connections, TimeProvider clock)
{
    private const int FewEnoughToGet = 2;

    /// <summary>The statuses of <paramref name="references"/>, in order.</summary>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public Task<ClusterHealthReport> ReadAsync(string cluster, IReadOnlyList<ObjectRef> references, CancellationToken cancellationToken = default) =>
        ReadAsync(cluster, references, null, null, cancellationToken);

    /// <param name="application">All of the objects carry this application's label: lists then hold nothing else.</param>
    /// <param name="own">The application's rules for kinds of its own.</param>
    public async Task<ClusterHealthReport> ReadAsync(
        string cluster, IReadOnlyList<ObjectRef> references, string? application, OwnStatusRules? own, CancellationToken cancellationToken = default)
    {
        var connection = await connections.GetAsync(cluster, cancellationToken);
        await connection.Discovery.AllAsync(cancellationToken);
        var live = new ConcurrentDictionary<string, JsonObject>(StringComparer.Ordinal);
        var unknown = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var selector = application is null ? null : $"{OwnershipLabels.Application}={application}";
        var groups = references.GroupBy(r => (r.ApiVersion, r.Kind, r.Namespace)).ToList();
        await Parallel.ForEachAsync(groups, Parallelism(connection, cancellationToken), async (group, token) =>
        {
            try
            {
                await ReadGroupAsync(connection, [.. group], selector, live, token);
            }
            catch (UnknownKindException exception)
            {
                unknown[$"{group.Key.ApiVersion}/{group.Key.Kind}"] = exception.Detail;
            }
        });

        var now = clock.GetUtcNow();
        var first = references.Select(r => live.TryGetValue(r.Identity, out var obj) ? StatusRules.Evaluate(obj, null, now, own) : null).ToList();
        var waiting = first.Where(s => s is { Desired: not null, Health: Health.InProgress or Health.Failed }).Select(s => live[s!.Ref.Identity]).ToList();
        var pods = await WorkloadPods.ReadAsync(connection, waiting, cancellationToken);
        var statuses = references.Select((r, i) => first[i] switch
        {
            null when unknown.TryGetValue($"{r.ApiVersion}/{r.Kind}", out var why) => new ObjectStatus(r, Health.Unknown, "UnknownKind", why, null, null, 0),
            null => new ObjectStatus(r, Health.NotFound, "NotFound", $"there is no {r}", null, null, 0),
            var status => (pods.TryGetValue(UidOf(live[r.Identity]), out var present) ? StatusRules.Evaluate(live[r.Identity], present, now, own) : status) with { Ref = r },
        });
        return new ClusterHealthReport(cluster, [.. statuses], now);
    }

    private static async Task ReadGroupAsync(
        ClusterConnection connection, List<ObjectRef> references, string? selector, ConcurrentDictionary<string, JsonObject> live, CancellationToken cancellationToken)
    {
        if (references.Count <= FewEnoughToGet)
        {
            foreach (var reference in references)
            {
                if (await connection.Resources.GetAsync(reference, cancellationToken) is { } obj)
                {
                    live[reference.Identity] = obj;
                }
            }

            return;
        }

        var (apiVersion, kind, ns) = (references[0].ApiVersion, references[0].Kind, references[0].Namespace);
        var list = await connection.Resources.ListAsync(apiVersion, kind, ns, selector, cancellationToken);
        var wanted = references.DistinctBy(r => r.Name).ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (wanted.TryGetValue(item["metadata"]?["name"]?.ToString() ?? "", out var reference))
            {
                live[reference.Identity] = item;
            }
        }
    }

    internal static string UidOf(JsonObject obj) => obj["metadata"]?["uid"]?.ToString() ?? "";

    private static ParallelOptions Parallelism(ClusterConnection connection, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };
}
