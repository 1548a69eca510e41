using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kairship.Simulator.Hosting;

/// <summary>A CA of one cluster and the serving certificate it issued for loopback, as PEM. The CA's own key is thrown away.</summary>
internal sealed record ClusterCertificates(string CaPem, string ServingPem, string KeyPem)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    public static ClusterCertificates Create(string cluster)
    {
        // Clients check validity by their own clocks, whatever clock the cluster runs on.
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest($"CN={cluster} CA", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        caRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        caRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(caRequest.PublicKey, critical: false));
        using var ca = caRequest.CreateSelfSigned(from, from + Lifetime);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        names.AddDnsName("kubernetes.default.svc");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(ca, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issued = request.Create(ca, from, from + Lifetime - TimeSpan.FromDays(1), RandomNumberGenerator.GetBytes(12));
        return new ClusterCertificates(ca.ExportCertificatePem(), issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>What TLS serves: the certificate alone, since clients know its CA.</summary>
    public SslStreamCertificateContext Context() =>
        SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(ServingPem, KeyPem), additionalCertificates: null, offline: true);
}
