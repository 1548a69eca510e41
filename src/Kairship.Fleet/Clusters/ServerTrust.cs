using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Kairship.Fleet.Clusters;

/// <summary>A cluster's certificate cannot be trusted.</summary>
/// <param name="cause">What is wrong with it, in one word.</param>
internal sealed class ServerCertificateException(string cause, string message) : AuthenticationException(message)
{
    public string Cause { get; } = cause;
}

/// <summary>
/// Whether a cluster's certificate is good: the platform's own verdict with the kubeconfig's CA as the only root, told apart into what one can do about it.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection? roots, bool skip, string host)
{
    private long _expiresTicks = DateTimeOffset.MaxValue.UtcTicks;

    /// <summary>When the certificate that the cluster showed last, or one above it, ends; null: none was seen.</summary>
    public DateTimeOffset? ServerExpiresAt =>
        Interlocked.Read(ref _expiresTicks) is var ticks && ticks < DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Apply(SslClientAuthenticationOptions options)
    {
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Validate(certificate, chain, errors);
        options.CertificateChainPolicy = null;
        if (roots is { Count: > 0 } && !skip)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            options.CertificateChainPolicy = policy;
        }
    }

    private bool Validate(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is X509Certificate2 shown)
        {
            var ends = chain?.ChainElements.Select(e => e.Certificate.NotAfter.ToUniversalTime()).Append(shown.NotAfter.ToUniversalTime()).Min() ?? shown.NotAfter.ToUniversalTime();
            Interlocked.Exchange(ref _expiresTicks, ends.Ticks);
        }

        return errors == SslPolicyErrors.None || skip ? true : throw Explain(certificate as X509Certificate2, chain, errors);
    }

    private ServerCertificateException Explain(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return new ServerCertificateException("CertificateInvalid", "it shows no certificate");
        }

        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if ((status & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid)) != X509ChainStatusFlags.NoError)
        {
            return new ServerCertificateException(
                "CertificateAuthorityMismatch",
                $"its certificate is signed by \"{certificate.Issuer}\", which is not {(roots is null ? "an authority that this machine trusts" : "the kubeconfig's CA")}: "
                + "certificate-authority-data must hold the root that signed it. Join the cluster again with its present CA, or find out who answers there");
        }

        // The two times go wrong for different reasons; which certificate of the chain it is, its issuer has to find out.
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            var bad = chain!.ChainElements.FirstOrDefault(e => e.ChainElementStatus.Any(s => s.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))?.Certificate ?? certificate;
            return chain.ChainPolicy.VerificationTime < bad.NotBefore
                ? new ServerCertificateException("CertificateNotYetValid", $"its certificate \"{bad.Subject}\" is valid from {bad.NotBefore.ToUniversalTime():u} on: look at the clocks of the cluster and of this machine")
                : new ServerCertificateException("CertificateExpired", $"its certificate \"{bad.Subject}\" has expired at {bad.NotAfter.ToUniversalTime():u}: renew it in the cluster (kubeadm certs renew, or the provider's way)");
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? new ServerCertificateException(
                "CertificateNameMismatch", $"its certificate is not for {host} but for {Names(certificate)}: use one of these as the server's address, or set tls-server-name in the kubeconfig")
            : new ServerCertificateException("CertificateInvalid", $"its certificate is not valid ({status})");
    }

    private static string Names(X509Certificate2 certificate)
    {
        var alternative = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var names = alternative is null ? [] : alternative.EnumerateDnsNames().Concat(alternative.EnumerateIPAddresses().Select(a => a.ToString())).Take(10).ToList();
        return names.Count > 0 ? string.Join(", ", names) : $"\"{certificate.Subject}\"";
    }
}
