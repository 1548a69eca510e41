using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.KubeConfigModels;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kairship.Fleet.Clusters;

/// <summary>A kubeconfig is not usable. The message says where and what would be right, never what the kubeconfig holds.</summary>
internal sealed class KubeconfigException(string message, bool isLocalReference = false, Exception? inner = null) : Exception(message, inner)
{
    public bool IsLocalReference { get; } = isLocalReference;
}

/// <summary>One context of a kubeconfig, checked.</summary>
internal sealed class Kubeconfig
{
    private const int DeepestNesting = 32;

    /// <summary>A program that hands out expired certificates must not be run for every request.</summary>
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(30);
    private readonly KubernetesClientConfiguration _configuration;
    private readonly bool _fromProgram;

    private Kubeconfig(KubernetesClientConfiguration configuration, string context, bool fromProgram) =>
        (_configuration, Context, _fromProgram) = (configuration, context, fromProgram);

    public string Context { get; }

    public string Server => _configuration.Host;

    /// <exception cref="KubeconfigException">Not a kubeconfig, too large, no such context, or it refers to this machine and may not.</exception>
    public static async Task<Kubeconfig> ParseAsync(string yaml, string? context, ClusterOptions options)
    {
        if (Encoding.UTF8.GetByteCount(yaml) > options.MaxKubeconfigBytes + 256)
        {
            throw new KubeconfigException($"The kubeconfig is larger than {options.MaxKubeconfigBytes} bytes.");
        }

        CheckYaml(yaml);
        var parsed = Deserialize(yaml);
        var chosen = context ?? parsed.CurrentContext;
        var (cluster, user) = Find(parsed, chosen);
        if (!options.AllowLocalReferences)
        {
            RefuseLocalReferences(cluster, user);
        }

        if (user?.UserCredentials is { Impersonate.Length: > 0 })
        {
            throw new KubeconfigException($"User {user.Name} impersonates somebody (as:), which is not supported: give credentials of its own.");
        }

        try
        {
            // Building may run a credentials program, which blocks.
            var configuration = await Task.Run(() => KubernetesClientConfiguration.BuildConfigFromConfigObject(parsed, chosen));
            return new Kubeconfig(configuration, chosen!, user?.UserCredentials?.ExternalExecution is not null);
        }
        catch (Exception exception)
        {
            throw new KubeconfigException($"Context {chosen} of the kubeconfig is not usable: {exception.Message}", inner: exception);
        }
    }

    /// <exception cref="KubeconfigException">Certificates or keys inside are not what they should be.</exception>
    public ClusterConnection Connect(string cluster, long revision, ClusterOptions options, TimeProvider clock)
    {
        try
        {
            return new ClusterConnection(cluster, revision, _configuration, options, clock) { RebuildAt = RebuildAt(clock) };
        }
        catch (Exception exception)
        {
            throw new KubeconfigException($"Context {Context} of the kubeconfig is not usable: {exception.Message}", inner: exception);
        }
    }

    private DateTimeOffset RebuildAt(TimeProvider clock)
    {
        if (!_fromProgram || string.IsNullOrEmpty(_configuration.ClientCertificateData))
        {
            return DateTimeOffset.MaxValue;
        }

        using var certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(_configuration.ClientCertificateData)));
        var left = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()) - clock.GetUtcNow();
        return clock.GetUtcNow() + (left * 0.8 > LeastLife ? left * 0.8 : LeastLife);
    }

    /// <summary>A look at the events alone, since building objects from hostile YAML may recurse or expand without bound.</summary>
    private static void CheckYaml(string yaml)
    {
        try
        {
            var parser = new Parser(new StringReader(yaml));
            var depth = 0;
            while (parser.MoveNext())
            {
                depth += parser.Current!.NestingIncrease;
                switch (parser.Current)
                {
                    case AnchorAlias:
                        throw new KubeconfigException($"The kubeconfig uses a YAML alias in line {parser.Current.Start.Line}; write the value out.");
                    case Scalar { Value: "tokenFile" }:
                        throw new KubeconfigException("The kubeconfig refers to a tokenFile, a file of another machine; write the token inline.", isLocalReference: true);
                }

                if (depth > DeepestNesting)
                {
                    throw new KubeconfigException($"The kubeconfig is nested deeper than {DeepestNesting} levels in line {parser.Current.Start.Line}.");
                }
            }
        }
        catch (YamlException exception)
        {
            throw new KubeconfigException($"The kubeconfig is not YAML: line {exception.Start.Line}, column {exception.Start.Column}.", inner: exception);
        }
    }

    private static K8SConfiguration Deserialize(string yaml)
    {
        K8SConfiguration? parsed;
        try
        {
            parsed = KubernetesYaml.Deserialize<K8SConfiguration?>(yaml);
        }
        catch (YamlException exception)
        {
            throw new KubeconfigException($"The kubeconfig does not have the fields of one: line {exception.Start.Line}.", inner: exception);
        }

        return parsed is { Clusters: not null, Contexts: not null }
            ? parsed
            : throw new KubeconfigException("The kubeconfig has no clusters or no contexts: it must be a document of kind Config with clusters, contexts and users.");
    }

    private static (Cluster Cluster, User? User) Find(K8SConfiguration parsed, string? chosen)
    {
        if (string.IsNullOrEmpty(chosen))
        {
            throw new KubeconfigException($"The kubeconfig has no current-context; name one of: {Names(parsed.Contexts.Select(c => c.Name))}.");
        }

        var context = parsed.Contexts.FirstOrDefault(c => c.Name == chosen)
            ?? throw new KubeconfigException($"The kubeconfig has no context {chosen}; it has: {Names(parsed.Contexts.Select(c => c.Name))}.");
        var cluster = parsed.Clusters.FirstOrDefault(c => c.Name == context.ContextDetails?.Cluster)
            ?? throw new KubeconfigException($"Context {chosen} refers to cluster {context.ContextDetails?.Cluster ?? "(none)"}, which the kubeconfig lacks.");
        if (!Uri.TryCreate(cluster.ClusterEndpoint?.Server, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new KubeconfigException($"Cluster {cluster.Name} of the kubeconfig has no server address like https://host:6443.");
        }

        var name = context.ContextDetails?.User;
        return (cluster, parsed.Users?.FirstOrDefault(u => u.Name == name));
    }

    private static void RefuseLocalReferences(Cluster cluster, User? user)
    {
        var credentials = user?.UserCredentials;
        (string Field, bool Present, string Instead)[] references =
        [
            ("certificate-authority", !string.IsNullOrEmpty(cluster.ClusterEndpoint.CertificateAuthority), "certificate-authority-data"),
            ("client-certificate", !string.IsNullOrEmpty(credentials?.ClientCertificate), "client-certificate-data"),
            ("client-key", !string.IsNullOrEmpty(credentials?.ClientKey), "client-key-data"),
            ("exec", credentials?.ExternalExecution is not null, "a token of a service account"),
            ("auth-provider", credentials?.AuthProvider is not null, "a token of a service account"),
        ];
        foreach (var reference in references)
        {
            if (reference.Present)
            {
                throw new KubeconfigException(
                    $"The kubeconfig uses {reference.Field}, which refers to files or programs of another machine; use {reference.Instead} (kubectl config view --flatten --minify embeds files).",
                    isLocalReference: true);
            }
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Take(20));
}
