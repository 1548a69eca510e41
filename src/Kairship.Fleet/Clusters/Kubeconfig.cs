using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kairship.Fleet.Clusters.Credentials;

namespace Kairship.Fleet.Clusters;

/// <summary>A kubeconfig is not usable. The message says where and what would be right, never what the kubeconfig holds.</summary>
internal sealed class KubeconfigException(string message, bool isLocalReference = false, Exception? inner = null) : Exception(message, inner)
{
    public bool IsLocalReference { get; } = isLocalReference;
}

/// <summary>One context of a kubeconfig, checked.</summary>
internal sealed class Kubeconfig
{
    private readonly KubeconfigFile.ClusterFields _cluster;
    private readonly KubeconfigFile.UserFields? _user;

    private Kubeconfig(string context, KubeconfigFile.ClusterFields cluster, KubeconfigFile.UserFields? user) => (Context, _cluster, _user) = (context, cluster, user);

    public string Context { get; }

    public string Server => _cluster.Server!.TrimEnd('/');

    /// <exception cref="KubeconfigException">Not a kubeconfig, too large, no such context, or it refers to this machine and may not.</exception>
    public static Kubeconfig Parse(string yaml, string? context, ClusterOptions options)
    {
        if (Encoding.UTF8.GetByteCount(yaml) > options.MaxKubeconfigBytes + 256)
        {
            throw new KubeconfigException($"The kubeconfig is larger than {options.MaxKubeconfigBytes} bytes.");
        }

        var file = KubeconfigFile.Read(yaml);
        var chosen = context ?? file.CurrentContext;
        var (cluster, user) = Find(file, chosen);
        if (user?.User?.AuthProvider is not null)
        {
            throw new KubeconfigException(
                $"User {user.Name} uses auth-provider, which Kubernetes has given up: use exec with the provider's plugin, or the token of a service account.", isLocalReference: true);
        }

        if (!options.AllowLocalReferences && !InCluster.IsIt(cluster, user?.User, options))
        {
            LocalReferences.Refuse(cluster, user?.User);
        }

        var kubeconfig = new Kubeconfig(chosen!, cluster, user?.User);
        // What cannot work is told to who gives it, not to the first who uses it.
        _ = kubeconfig.Material("", options, TimeProvider.System);
        return kubeconfig;
    }

    /// <summary>A connection with its credentials. Where they come from a program, it runs now.</summary>
    /// <exception cref="KubeconfigException">Certificates or keys inside are not what they should be.</exception>
    /// <exception cref="ClusterException">No credentials can be had.</exception>
    public async Task<ClusterConnection> ConnectAsync(string cluster, long revision, ClusterOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var access = Material(cluster, options, clock);
        // Certificates are shown while connecting, so they must be there before.
        var first = await access.Credentials.GetAsync(cancellationToken);
        return new ClusterConnection(cluster, revision, access with { Certificate = first.Certificate }, options, clock);
    }

    private ClusterAccess Material(string cluster, ClusterOptions options, TimeProvider clock)
    {
        try
        {
            var roots = TlsMaterial.Roots(_cluster);
            return new ClusterAccess(new Uri(Server + "/"), CredentialChoice.Of(cluster, _cluster, _user, options, clock))
            {
                TlsServerName = string.IsNullOrEmpty(_cluster.TlsServerName) ? null : _cluster.TlsServerName,
                SkipTlsVerify = _cluster.SkipTlsVerify,
                Roots = roots,
                RootsFile = string.IsNullOrEmpty(_cluster.CertificateAuthorityData) ? _cluster.CertificateAuthority : null,
                Proxy = Proxy(_cluster.ProxyUrl),
                Impersonation = CredentialChoice.ImpersonationOf(_user),
            };
        }
        catch (Exception exception) when (exception is not (KubeconfigException or ClusterException))
        {
            throw new KubeconfigException($"Context {Context} of the kubeconfig is not usable: {exception.Message}", inner: exception);
        }
    }

    private static Uri? Proxy(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            return null;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new KubeconfigException("The proxy-url of the kubeconfig is none: it looks like http://proxy:3128 or socks5://proxy:1080.");
    }

    private static (KubeconfigFile.ClusterFields Cluster, KubeconfigFile.UserEntry? User) Find(KubeconfigFile file, string? chosen)
    {
        if (string.IsNullOrEmpty(chosen))
        {
            throw new KubeconfigException($"The kubeconfig has no current-context; name one of: {Names(file.Contexts!.Select(c => c.Name))}.");
        }

        var context = file.Contexts!.FirstOrDefault(c => c.Name == chosen)
            ?? throw new KubeconfigException($"The kubeconfig has no context {chosen}; it has: {Names(file.Contexts!.Select(c => c.Name))}.");
        var cluster = file.Clusters!.FirstOrDefault(c => c.Name is not null && c.Name == context.Context?.Cluster)
            ?? throw new KubeconfigException($"Context {chosen} refers to cluster {context.Context?.Cluster ?? "(none)"}, which the kubeconfig lacks.");
        if (!Uri.TryCreate(cluster.Cluster?.Server, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new KubeconfigException($"Cluster {cluster.Name} of the kubeconfig has no server address like https://host:6443.");
        }

        var name = context.Context?.User;
        if (string.IsNullOrEmpty(name))
        {
            return (cluster.Cluster!, null);
        }

        var user = file.Users?.FirstOrDefault(u => u.Name == name)
            ?? throw new KubeconfigException($"Context {chosen} refers to user {name}, which the kubeconfig lacks.");
        return (cluster.Cluster!, user);
    }

    private static string Names(IEnumerable<string?> names) => string.Join(", ", names.Take(20));
}

/// <summary>How to reach a cluster and who we are there.</summary>
/// <param name="Server">With a slash at its end, so that paths below it are kept.</param>
internal sealed record ClusterAccess(Uri Server, CredentialSource Credentials)
{
    public string? TlsServerName { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>null: those of this machine.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Where the roots were read, to be looked at again.</summary>
    public string? RootsFile { get; init; }

    public Uri? Proxy { get; init; }

    public Impersonation? Impersonation { get; init; }

    /// <summary>The client certificate that this connection shows.</summary>
    public X509Certificate2? Certificate { get; init; }
}
