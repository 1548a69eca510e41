using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kairship.Fleet.Clusters;

/// <summary>Certificates as kubeconfigs hold them: PEM, in base64 or in files.</summary>
internal static class TlsMaterial
{
    /// <summary>The roots that a cluster's certificate must come from; null: those of this machine.</summary>
    public static X509Certificate2Collection? Roots(KubeconfigFile.ClusterFields cluster)
    {
        // Data goes first, as with kubectl.
        var pem = !string.IsNullOrEmpty(cluster.CertificateAuthorityData) ? Text(cluster.CertificateAuthorityData)
            : !string.IsNullOrEmpty(cluster.CertificateAuthority) ? File.ReadAllText(Absolute(cluster.CertificateAuthority, "certificate-authority"))
            : null;
        if (pem is null)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(pem);
        return roots.Count > 0 ? roots : throw new KubeconfigException("The certificate authority of the kubeconfig is no PEM certificate: it must be \"-----BEGIN CERTIFICATE-----\" and so on, in base64.");
    }

    public static X509Certificate2 Client(string certificateData, string keyData) => X509Certificate2.CreateFromPem(Text(certificateData), Text(keyData));

    public static string Absolute(string path, string field) => Path.IsPathFullyQualified(path)
        ? path
        : throw new KubeconfigException($"The kubeconfig's {field} is a relative path: it must be absolute, since nobody here knows what it is relative to.", isLocalReference: true);

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
