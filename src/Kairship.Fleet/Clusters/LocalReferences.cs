namespace Kairship.Fleet.Clusters;

/// <summary>Files and programs that a kubeconfig names. From the wire they would be this server's, so that who may join a cluster could read and run what they like here.</summary>
internal static class LocalReferences
{
    /// <exception cref="KubeconfigException">There is one.</exception>
    public static void Refuse(KubeconfigFile.ClusterFields cluster, KubeconfigFile.UserFields? user)
    {
        (string Field, bool Present, string Instead)[] references =
        [
            ("certificate-authority", !string.IsNullOrEmpty(cluster.CertificateAuthority), "certificate-authority-data"),
            ("client-certificate", !string.IsNullOrEmpty(user?.ClientCertificate), "client-certificate-data"),
            ("client-key", !string.IsNullOrEmpty(user?.ClientKey), "client-key-data"),
            ("tokenFile", !string.IsNullOrEmpty(user?.TokenFile), "token, with the token of a service account"),
            ("exec", user?.Exec is not null, "the token of a service account"),
        ];
        foreach (var reference in references.Where(r => r.Present))
        {
            throw new KubeconfigException(
                $"The kubeconfig uses {reference.Field}, which names a file or program of the machine it was written on; everything must be inline: use {reference.Instead} "
                + "(kubectl config view --flatten --minify embeds files). Only a server whose setting AllowLocalKubeconfigReferences is on takes files and programs of its own machine.",
                isLocalReference: true);
        }
    }
}
