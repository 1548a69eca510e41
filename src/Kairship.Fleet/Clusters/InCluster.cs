namespace Kairship.Fleet.Clusters;

/// <summary>
/// The cluster that Kairship itself runs in, by the service account of its pod: token and CA are files that the kubelet renews. A kubeconfig may name these files only together with
/// the API server of this very cluster; otherwise the pod's token could be sent to anybody.
/// </summary>
internal static class InCluster
{
    /// <summary>A kubeconfig for it; null: this process runs in no pod.</summary>
    public static string? Kubeconfig(ClusterOptions options) => ServerOf(options) is { } server
        ? $"""
            apiVersion: v1
            kind: Config
            current-context: in-cluster
            clusters:
            - name: in-cluster
              cluster: {Braced($"server: \"{server}\", certificate-authority: \"{CaFile(options)}\"")}
            contexts:
            - name: in-cluster
              context: {Braced("cluster: in-cluster, user: service-account")}
            users:
            - name: service-account
              user: {Braced($"tokenFile: \"{TokenFile(options)}\"")}
            """
        : null;

    /// <summary>True when all files that are named are those of the service account, and the server is this cluster's.</summary>
    public static bool IsIt(KubeconfigFile.ClusterFields cluster, KubeconfigFile.UserFields? user, ClusterOptions options) =>
        ServerOf(options) is { } server && cluster.Server == server && cluster.CertificateAuthority == CaFile(options) && !cluster.SkipTlsVerify && string.IsNullOrEmpty(cluster.ProxyUrl)
        && user is not null && user.TokenFile == TokenFile(options) && user.Exec is null && string.IsNullOrEmpty(user.ClientCertificate) && string.IsNullOrEmpty(user.ClientKey);

    private static string? ServerOf(ClusterOptions options)
    {
        if (!string.IsNullOrEmpty(options.InClusterServer))
        {
            return options.InClusterServer;
        }

        var (host, port) = (Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"));
        return string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) ? null : $"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}";
    }

    private static string TokenFile(ClusterOptions options) => Path.Combine(options.ServiceAccountFolder, "token");

    private static string CaFile(ClusterOptions options) => Path.Combine(options.ServiceAccountFolder, "ca.crt");

    private static string Braced(string inner) => $"{{ {inner} }}";
}
