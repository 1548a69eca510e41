using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Delivery.Placement;
using Microsoft.AspNetCore.DataProtection;

namespace Kairship.Fleet.Clusters;

/// <summary>The clusters that joined: joining, listing, removing.</summary>
public sealed partial class ClusterRegistry(IClusterStore store, IDataProtectionProvider protection, ClusterConnections connections, TimeProvider clock)
{
    /// <summary>
    /// Checks, reaches and stores a cluster. Joining a name again replaces its kubeconfig and labels when it is the same cluster (the uid of its kube-system
    /// namespace is its identity).
    /// </summary>
    /// <param name="name">A DNS label: at most 63 of a-z, 0-9 and -.</param>
    /// <param name="kubeconfigYaml">At most 1 MiB, everything inline.</param>
    /// <param name="context">null: the kubeconfig's current one.</param>
    public async Task<JoinResult> JoinAsync(
        string name, string kubeconfigYaml, string? context, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default)
    {
        if (!DnsLabel().IsMatch(name ?? ""))
        {
            return new JoinResult.Failure(JoinFailure.InvalidName, "A cluster's name is 1 to 63 characters of a-z, 0-9 and -, and starts and ends with a letter or digit.");
        }

        if (labels.FirstOrDefault(l => !LabelKey().IsMatch(l.Key) || !LabelValue().IsMatch(l.Value)) is { Key: not null } wrong)
        {
            return new JoinResult.Failure(JoinFailure.InvalidLabels, $"Label {wrong.Key}={wrong.Value} is not a Kubernetes label: key [prefix/]name, value at most 63 letters, digits, '-', '_' and '.'.");
        }

        try
        {
            var kubeconfig = Kubeconfig.Parse(kubeconfigYaml, context, connections.Options);
            using var connection = await kubeconfig.ConnectAsync(name!, 0, connections.Options, clock, cancellationToken);
            var seen = await ReachAsync(connection, cancellationToken);
            if (await ClashAsync(name!, seen.Identity, cancellationToken) is { } clash)
            {
                return clash;
            }

            var secret = KubeconfigProtection.Protect(protection, name!, seen.Identity, kubeconfigYaml);
            var record = await store.SaveAsync(
                new ClusterRecord(name!, new SortedDictionary<string, string>(labels.ToDictionary(), StringComparer.Ordinal), secret, kubeconfig.Context, kubeconfig.Server, 0, clock.GetUtcNow()),
                cancellationToken);
            connections.Recheck(name!);
            return new JoinResult.Joined(record, seen.Version, seen.Nodes);
        }
        catch (KubeconfigException exception)
        {
            return new JoinResult.Failure(exception.IsLocalReference ? JoinFailure.LocalReference : JoinFailure.InvalidKubeconfig, exception.Message);
        }
        catch (ClusterException exception)
        {
            return Refusal(exception);
        }
    }

    /// <summary>Joins the cluster that this process runs in, by the service account of its pod.</summary>
    public Task<JoinResult> JoinOwnAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default) =>
        InCluster.Kubeconfig(connections.Options) is { } kubeconfig
            ? JoinAsync(name, kubeconfig, null, labels, cancellationToken)
            : Task.FromResult<JoinResult>(new JoinResult.Failure(
                JoinFailure.CredentialsUnavailable, "Kairship does not run in a pod here, so there is no cluster of its own to join: give a kubeconfig."));

    /// <summary>By name.</summary>
    public Task<IReadOnlyList<ClusterRecord>> ListAsync(CancellationToken cancellationToken = default) => store.ListAsync(cancellationToken);

    public Task<ClusterRecord?> GetAsync(string name, CancellationToken cancellationToken = default) => store.GetAsync(name, cancellationToken);

    /// <inheritdoc cref="IClusterStore.ChangeTaintsAsync"/>
    public Task<ClusterRecord?> ChangeTaintsAsync(string name, Func<IReadOnlyList<Taint>, IReadOnlyList<Taint>?> change, CancellationToken cancellationToken = default) =>
        store.ChangeTaintsAsync(name, change, cancellationToken);

    /// <summary>Forgets a cluster and closes its connection; nothing in the cluster is touched. False: there was none.</summary>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        var removed = await store.RemoveAsync(name, cancellationToken);
        await connections.ForgetAsync(name);
        return removed;
    }

    /// <summary>Requests go out once each: who joins a cluster wants an answer now.</summary>
    private async Task<Seen> ReachAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(connections.Options.ProbeTimeout * 3, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var version = await ReadAsync(connection, "version", either.Token);
            var kubeSystem = await ReadAsync(connection, "api/v1/namespaces/kube-system", either.Token);
            var nodes = await ReadAsync(connection, "api/v1/nodes?limit=1", either.Token);
            var identity = kubeSystem["metadata"]?["uid"]?.ToString() ?? throw NotKubernetes(connection.Cluster);
            return new Seen(identity, version["gitVersion"]?.ToString() ?? throw NotKubernetes(connection.Cluster), Health.ClusterProbe.CountOf(nodes));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClusterException(ClusterFailure.Timeout, connection.Cluster, $"no answer within {(connections.Options.ProbeTimeout * 3).TotalSeconds:0.#} s", exception);
        }
    }

    private static async Task<JsonObject> ReadAsync(ClusterConnection connection, string path, CancellationToken cancellationToken)
    {
        var answer = await connection.SendOnceAsync(ClusterRequest.Get(path), cancellationToken);
        if (answer.IsSuccess)
        {
            return answer.TryJson() ?? throw NotKubernetes(connection.Cluster);
        }

        // Some clusters hide /version from strangers; a 404, or an error that is no Kubernetes status, is another kind of server.
        throw answer.Status is 404 || (answer.Status is not (401 or 403) && answer.TryJson()?["kind"]?.ToString() != "Status")
            ? NotKubernetes(connection.Cluster)
            : connection.Failure(answer);
    }

    private async Task<JoinResult.Failure?> ClashAsync(string name, string identity, CancellationToken cancellationToken)
    {
        foreach (var other in await store.ListAsync(cancellationToken))
        {
            var known = KnownIdentity(other);
            if (other.Name == name && known is not null && known != identity)
            {
                return new JoinResult.Failure(JoinFailure.NameTaken, $"Another cluster ({other.Server}) has joined as {name}: remove it first, or choose another name.");
            }

            if (other.Name != name && known == identity)
            {
                return new JoinResult.Failure(JoinFailure.AlreadyJoined, $"This cluster has joined as {other.Name} already.");
            }
        }

        return null;
    }

    private string? KnownIdentity(ClusterRecord record)
    {
        try
        {
            return KubeconfigProtection.IdentityOf(KubeconfigProtection.Unprotect(protection, record));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ClusterException NotKubernetes(string cluster) =>
        new(ClusterFailure.NotFound, cluster, "what answers there is no Kubernetes API server; the server of the kubeconfig must be the API server's address");

    private static JoinResult.Failure Refusal(ClusterException exception) => exception.Kind switch
    {
        ClusterFailure.CertificateInvalid => new(JoinFailure.CertificateInvalid, exception.Message),
        ClusterFailure.Unauthorized => new(JoinFailure.Unauthorized, exception.Message),
        ClusterFailure.CredentialsUnavailable => new(JoinFailure.CredentialsUnavailable, exception.Message),
        ClusterFailure.Forbidden => new(JoinFailure.Forbidden, exception.Message),
        ClusterFailure.Unreachable => new(JoinFailure.Unreachable, exception.Message),
        ClusterFailure.Timeout => new(JoinFailure.Timeout, exception.Message),
        ClusterFailure.NotFound => new(JoinFailure.NotKubernetes, exception.Message),
        _ => new(JoinFailure.ServerError, exception.Message),
    };

    private sealed record Seen(string Identity, string Version, int Nodes);

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z", RegexOptions.None, 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex("^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\\z", RegexOptions.None, 1000)]
    private static partial Regex LabelKey();

    [GeneratedRegex("^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?\\z", RegexOptions.None, 1000)]
    private static partial Regex LabelValue();
}
