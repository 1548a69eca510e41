using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>All that a cluster served at one moment; aggregated discovery (two requests) where offered, else group by group.</summary>
internal sealed class DiscoverySnapshot
{
    private const string Aggregated =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private readonly Dictionary<(string ApiVersion, string Kind), ServedResource> _resources = [];

    /// <summary>Group to its versions, preferred first.</summary>
    private readonly Dictionary<string, List<string>> _versions = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ServedResource> All => _resources.Values;

    public ServedResource? Find(string apiVersion, string kind) => _resources.GetValueOrDefault((apiVersion, kind));

    /// <summary>The versions of a group that serve a kind, preferred first.</summary>
    public IReadOnlyList<string> VersionsOf(string group, string kind) =>
        [.. _versions.GetValueOrDefault(group, []).Where(v => _resources.ContainsKey((group.Length == 0 ? v : $"{group}/{v}", kind)))];

    public static async Task<DiscoverySnapshot> ReadAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        var snapshot = new DiscoverySnapshot();
        var core = ReadAsync(connection, "api", Aggregated, cancellationToken);
        var groups = await ReadAsync(connection, "apis", Aggregated, cancellationToken);
        foreach (var root in new[] { await core, groups })
        {
            if (root["kind"]?.ToString() == "APIGroupDiscoveryList")
            {
                snapshot.AddAggregated(root);
            }
            else
            {
                await snapshot.AddClassicAsync(connection, root, cancellationToken);
            }
        }

        return snapshot;
    }

    private void AddAggregated(JsonObject list)
    {
        foreach (var group in Items(list, "items"))
        {
            var name = Text(group["metadata"]?["name"]);
            foreach (var version in Items(group, "versions"))
            {
                AddVersion(name, Text(version["version"]));
                foreach (var resource in Items(version, "resources"))
                {
                    Add(new ServedResource(
                        name, Text(version["version"]), Text(resource["responseKind"]?["kind"]), Text(resource["resource"]), Text(resource["scope"]) == "Namespaced"));
                }
            }
        }
    }

    private async Task AddClassicAsync(ClusterConnection connection, JsonObject root, CancellationToken cancellationToken)
    {
        var core = (root["versions"] as JsonArray ?? []).Select(v => (Group: "", Version: Text(v)));
        var named = Items(root, "groups").SelectMany(g => Items(g, "versions")
            .OrderByDescending(v => Text(v["version"]) == Text(g["preferredVersion"]?["version"]))
            .Select(v => (Group: Text(g["name"]), Version: Text(v["version"]))));
        var versions = core.Concat(named).ToList();
        versions.ForEach(v => AddVersion(v.Group, v.Version));
        var found = new ConcurrentBag<ServedResource>();
        await Parallel.ForEachAsync(
            versions,
            new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken },
            async (version, token) =>
            {
                var path = version.Group.Length == 0 ? $"api/{version.Version}" : $"apis/{version.Group}/{version.Version}";
                var answer = await connection.TrySendAsync(ClusterRequest.Get(path) with { Repeatable = false }, token);
                // The server of an aggregated API may be down: what the others serve is known nevertheless.
                foreach (var resource in answer.IsSuccess ? Items(answer.TryJson() ?? [], "resources") : [])
                {
                    var group = resource["group"] is { } own ? Text(own) : version.Group;
                    if (!Text(resource["name"]).Contains('/', StringComparison.Ordinal) && group == version.Group)
                    {
                        found.Add(new ServedResource(
                            version.Group, version.Version, Text(resource["kind"]), Text(resource["name"]), resource["namespaced"]?.GetValue<bool>() ?? false));
                    }
                }
            });
        foreach (var resource in found)
        {
            Add(resource);
        }
    }

    private void Add(ServedResource resource)
    {
        if (resource.Kind.Length > 0 && resource.Plural.Length > 0)
        {
            _resources.TryAdd((resource.ApiVersion, resource.Kind), resource);
        }
    }

    private void AddVersion(string group, string version)
    {
        if (!_versions.TryGetValue(group, out var versions))
        {
            _versions[group] = versions = [];
        }

        versions.Add(version);
    }

    private static async Task<JsonObject> ReadAsync(ClusterConnection connection, string path, string accept, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(ClusterRequest.Get(path, accept), cancellationToken);
        return answer.TryJson() ?? throw new ClusterException(ClusterFailure.ServerError, connection.Cluster, $"its answer to /{path} is not JSON");
    }

    private static IEnumerable<JsonObject> Items(JsonObject parent, string property) => (parent[property] as JsonArray ?? []).OfType<JsonObject>();

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
