using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Kairship.Fleet.Clusters;

/// <summary>The YAML of a kubeconfig, as far as it matters here. Fields are those of client-go's clientcmd API, v1.</summary>
internal sealed class KubeconfigFile
{
    private const int DeepestNesting = 32;

    [YamlMember(Alias = "current-context")]
    public string? CurrentContext { get; set; }

    [YamlMember(Alias = "clusters")]
    public List<ClusterEntry>? Clusters { get; set; }

    [YamlMember(Alias = "contexts")]
    public List<ContextEntry>? Contexts { get; set; }

    [YamlMember(Alias = "users")]
    public List<UserEntry>? Users { get; set; }

    /// <exception cref="KubeconfigException">It is not YAML, hostile YAML, or has not the shape of a kubeconfig.</exception>
    public static KubeconfigFile Read(string yaml)
    {
        CheckYaml(yaml);
        KubeconfigFile? parsed;
        try
        {
            parsed = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<KubeconfigFile?>(yaml);
        }
        catch (YamlException exception)
        {
            throw new KubeconfigException($"The kubeconfig does not have the fields of one: line {exception.Start.Line}.", inner: exception);
        }

        return parsed is { Clusters: not null, Contexts: not null }
            ? parsed
            : throw new KubeconfigException("The kubeconfig has no clusters or no contexts: it must be a document of kind Config with clusters, contexts and users.");
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
                if (parser.Current is AnchorAlias)
                {
                    throw new KubeconfigException($"The kubeconfig uses a YAML alias in line {parser.Current.Start.Line}; write the value out.");
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

    internal sealed class ClusterEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "cluster")]
        public ClusterFields? Cluster { get; set; }
    }

    internal sealed class ClusterFields
    {
        [YamlMember(Alias = "server")]
        public string? Server { get; set; }

        [YamlMember(Alias = "tls-server-name")]
        public string? TlsServerName { get; set; }

        [YamlMember(Alias = "insecure-skip-tls-verify")]
        public bool SkipTlsVerify { get; set; }

        [YamlMember(Alias = "certificate-authority")]
        public string? CertificateAuthority { get; set; }

        [YamlMember(Alias = "certificate-authority-data")]
        public string? CertificateAuthorityData { get; set; }

        [YamlMember(Alias = "proxy-url")]
        public string? ProxyUrl { get; set; }
    }

    internal sealed class ContextEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "context")]
        public ContextFields? Context { get; set; }
    }

    internal sealed class ContextFields
    {
        [YamlMember(Alias = "cluster")]
        public string? Cluster { get; set; }

        [YamlMember(Alias = "user")]
        public string? User { get; set; }
    }

    internal sealed class UserEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "user")]
        public UserFields? User { get; set; }
    }

    internal sealed class UserFields
    {
        [YamlMember(Alias = "client-certificate")]
        public string? ClientCertificate { get; set; }

        [YamlMember(Alias = "client-certificate-data")]
        public string? ClientCertificateData { get; set; }

        [YamlMember(Alias = "client-key")]
        public string? ClientKey { get; set; }

        [YamlMember(Alias = "client-key-data")]
        public string? ClientKeyData { get; set; }

        [YamlMember(Alias = "token")]
        public string? Token { get; set; }

        [YamlMember(Alias = "tokenFile")]
        public string? TokenFile { get; set; }

        [YamlMember(Alias = "as")]
        public string? As { get; set; }

        [YamlMember(Alias = "as-uid")]
        public string? AsUid { get; set; }

        [YamlMember(Alias = "as-groups")]
        public List<string>? AsGroups { get; set; }

        [YamlMember(Alias = "as-user-extra")]
        public Dictionary<string, List<string>>? AsUserExtra { get; set; }

        [YamlMember(Alias = "username")]
        public string? Username { get; set; }

        [YamlMember(Alias = "password")]
        public string? Password { get; set; }

        [YamlMember(Alias = "auth-provider")]
        public Dictionary<object, object>? AuthProvider { get; set; }

        [YamlMember(Alias = "exec")]
        public ExecFields? Exec { get; set; }
    }

    internal sealed class ExecFields
    {
        [YamlMember(Alias = "apiVersion")]
        public string? ApiVersion { get; set; }

        [YamlMember(Alias = "command")]
        public string? Command { get; set; }

        [YamlMember(Alias = "args")]
        public List<string>? Args { get; set; }

        [YamlMember(Alias = "env")]
        public List<ExecVariable>? Env { get; set; }

        [YamlMember(Alias = "installHint")]
        public string? InstallHint { get; set; }

        [YamlMember(Alias = "provideClusterInfo")]
        public bool ProvideClusterInfo { get; set; }

        [YamlMember(Alias = "interactiveMode")]
        public string? InteractiveMode { get; set; }
    }

    internal sealed class ExecVariable
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "value")]
        public string? Value { get; set; }
    }
}
