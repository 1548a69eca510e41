namespace Kairship.Fleet.Clusters;

/// <summary>Why a cluster did not join.</summary>
public enum JoinFailure
{
    InvalidName,
    InvalidLabels,
    InvalidKubeconfig,

    /// <summary>The kubeconfig refers to files or programs.</summary>
    LocalReference,

    CertificateInvalid,

    /// <summary>A token file, a credentials program or the pod's service account gave none.</summary>
    CredentialsUnavailable,
    Unauthorized,
    Forbidden,
    Unreachable,
    Timeout,

    /// <summary>Something answers there that is no Kubernetes API server.</summary>
    NotKubernetes,

    /// <summary>The same cluster has joined under another name.</summary>
    AlreadyJoined,

    /// <summary>Another cluster has joined under this name.</summary>
    NameTaken,
    ServerError,
}

/// <summary>How a join ended.</summary>
public abstract record JoinResult
{
    /// <param name="Version">Such as "v1.34.0".</param>
    public sealed record Joined(ClusterRecord Record, string Version, int Nodes) : JoinResult;

    /// <param name="Message">What was wrong and what would be right; fit for people.</param>
    public sealed record Failure(JoinFailure Reason, string Message) : JoinResult;
}
