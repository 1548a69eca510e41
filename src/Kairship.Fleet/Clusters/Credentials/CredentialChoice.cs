using System.Text;
using System.Text.Json.Nodes;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>Which of the credentials that a user of a kubeconfig may have are used: kubectl's order. What cannot be honoured is refused, never passed over.</summary>
internal static class CredentialChoice
{
    private static readonly string[] PluginVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    /// <exception cref="KubeconfigException">There are none, or they are not what they must be.</exception>
    public static CredentialSource Of(string cluster, KubeconfigFile.ClusterFields at, KubeconfigFile.UserFields? user, ClusterOptions options, TimeProvider clock)
    {
        if (user is null)
        {
            return new FixedCredentials(CredentialSet.None, "nobody: the kubeconfig's context has no user");
        }

        var hasCertificate = !string.IsNullOrEmpty(user.ClientCertificateData) || !string.IsNullOrEmpty(user.ClientCertificate);
        if (!string.IsNullOrEmpty(user.TokenFile))
        {
            return hasCertificate
                ? throw new KubeconfigException("The kubeconfig has a tokenFile and a client certificate: leave one of them out.")
                : new TokenFileCredentials(cluster, TlsMaterial.Absolute(user.TokenFile, "tokenFile"), clock);
        }

        if (user.Exec is { } exec && string.IsNullOrEmpty(user.Token) && !hasCertificate)
        {
            return new ProgramCredentials(cluster, Program(exec, at), options.CredentialProgramTimeout, clock);
        }

        return Fixed(cluster, user, hasCertificate, clock);
    }

    public static Impersonation? ImpersonationOf(KubeconfigFile.UserFields? user)
    {
        if (string.IsNullOrEmpty(user?.As))
        {
            return user is { AsGroups.Count: > 0 } or { AsUid.Length: > 0 } or { AsUserExtra.Count: > 0 }
                ? throw new KubeconfigException("The kubeconfig has as-groups, as-uid or as-user-extra without as: name the user to act as.")
                : null;
        }

        return user.AsGroups is { Count: > 1 } || user.AsUserExtra is { Count: > 0 }
            ? throw new KubeconfigException("The kubeconfig acts as a user with several as-groups or with as-user-extra, which is not supported: one group at most, or credentials of its own.")
            : new Impersonation(user.As, string.IsNullOrEmpty(user.AsUid) ? null : user.AsUid, user.AsGroups is [var group] ? group : null);
    }

    private static CredentialSource Fixed(string cluster, KubeconfigFile.UserFields user, bool hasCertificate, TimeProvider clock)
    {
        if (hasCertificate && string.IsNullOrEmpty(user.ClientKeyData) && string.IsNullOrEmpty(user.ClientKey))
        {
            throw new KubeconfigException("The kubeconfig has a client certificate without its key: client-key-data must hold it.");
        }

        if (!string.IsNullOrEmpty(user.ClientCertificate) && string.IsNullOrEmpty(user.ClientCertificateData))
        {
            return new CertificateFileCredentials(
                cluster, TlsMaterial.Absolute(user.ClientCertificate, "client-certificate"), TlsMaterial.Absolute(user.ClientKey ?? "", "client-key"), clock);
        }

        var certificate = hasCertificate ? TlsMaterial.Client(user.ClientCertificateData!, user.ClientKeyData ?? "") : null;
        var token = string.IsNullOrEmpty(user.Token) ? null : CredentialSet.OfToken(user.Token.Trim());
        if (token is not null || !string.IsNullOrEmpty(user.Username))
        {
            var authorization = token?.Authorization ?? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Username}:{user.Password}"))}";
            return new FixedCredentials(
                new CredentialSet(authorization, certificate, token?.ExpiresAt), token is null ? "the user name and password of the kubeconfig" : "the token of the kubeconfig");
        }

        return certificate is not null
            ? new FixedCredentials(CredentialSet.OfCertificate(certificate), "the client certificate of the kubeconfig")
            : throw new KubeconfigException("The user of the kubeconfig has no credentials: give it a token, or client-certificate-data with client-key-data.");
    }

    private static ProgramCall Program(KubeconfigFile.ExecFields exec, KubeconfigFile.ClusterFields at)
    {
        if (!PluginVersions.Contains(exec.ApiVersion))
        {
            throw new KubeconfigException($"The kubeconfig's exec has the apiVersion {exec.ApiVersion ?? "(none)"}; it must be one of {string.Join(", ", PluginVersions)}.");
        }

        if (string.IsNullOrEmpty(exec.Command) || (exec.Command.Contains('/', StringComparison.Ordinal) && !Path.IsPathFullyQualified(exec.Command)))
        {
            throw new KubeconfigException("The kubeconfig's exec must have a command that is a program's name or its absolute path.", isLocalReference: true);
        }

        if (exec.InteractiveMode == "Always")
        {
            throw new KubeconfigException("The kubeconfig's exec has interactiveMode Always, and there is nobody here to answer: use another way of signing in.");
        }

        var environment = (exec.Env ?? []).Where(v => !string.IsNullOrEmpty(v.Name)).Select(v => KeyValuePair.Create(v.Name!, v.Value ?? "")).ToList();
        return new ProgramCall(exec.ApiVersion!, exec.Command, exec.Args ?? [], environment, exec.ProvideClusterInfo ? ClusterInfo(at) : null, exec.InstallHint);
    }

    private static JsonObject ClusterInfo(KubeconfigFile.ClusterFields at)
    {
        var info = new JsonObject { ["server"] = at.Server };
        (string Name, JsonNode? Value)[] fields =
        [
            ("tls-server-name", at.TlsServerName), ("certificate-authority-data", at.CertificateAuthorityData), ("proxy-url", at.ProxyUrl),
            ("insecure-skip-tls-verify", at.SkipTlsVerify ? true : null),
        ];
        foreach (var (name, value) in fields.Where(f => f.Value is not null))
        {
            info[name] = value;
        }

        return info;
    }
}
