using System.Security.Cryptography.X509Certificates;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>Where the credentials of one connection come from. Thread-safe.</summary>
internal abstract class CredentialSource
{
    /// <summary>What it is, for messages: "the token of the kubeconfig".</summary>
    public abstract string Description { get; }

    /// <summary>What to do about it when the cluster does not accept it.</summary>
    public abstract string Remedy { get; }

    /// <summary>What is good now; asked for each request, so it must be quick nearly always.</summary>
    /// <exception cref="ClusterException">None can be had.</exception>
    public abstract ValueTask<CredentialSet> GetAsync(CancellationToken cancellationToken);

    /// <summary>The cluster refused what was given out. True: the next question may bring another, so that trying once more makes sense.</summary>
    public virtual bool Refused(CredentialSet refused) => false;

    /// <summary>True: a connection that was opened with this certificate must be opened anew, since certificates are shown only once.</summary>
    public virtual bool IsOutdated(X509Certificate2? shown) => false;
}

/// <summary>What stands in the kubeconfig, or nothing at all.</summary>
internal sealed class FixedCredentials(CredentialSet credentials, string description) : CredentialSource
{
    public override string Description => description;

    public override string Remedy => "join the cluster again with a kubeconfig that has good ones";

    public override ValueTask<CredentialSet> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credentials);
}
