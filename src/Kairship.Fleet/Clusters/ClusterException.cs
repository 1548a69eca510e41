namespace Kairship.Fleet.Clusters;

/// <summary>What kind of thing went wrong with a cluster.</summary>
public enum ClusterFailure
{
    /// <summary>No connection: refused, reset, no such host.</summary>
    Unreachable,

    /// <summary>Connected, perhaps, and no answer in time.</summary>
    Timeout,

    /// <summary>The cluster's certificate is not signed by the CA of the kubeconfig, is not for this host, or has expired.</summary>
    CertificateInvalid,

    /// <summary>A token file, a certificate's file or a credentials program of this machine gave nothing to show.</summary>
    CredentialsUnavailable,

    /// <summary>401: the credentials are wrong or have expired.</summary>
    Unauthorized,

    /// <summary>403: the credentials are good and not allowed to do this (or a quota forbids it).</summary>
    Forbidden,

    /// <summary>429, or too many requests wait for this cluster already.</summary>
    Throttled,

    /// <summary>The cluster failed so often that requests are held back for a while.</summary>
    CircuitOpen,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>409: another manager owns a field, or the object changed meanwhile.</summary>
    Conflict,

    /// <summary>4xx: the cluster refuses the request itself.</summary>
    Invalid,

    /// <summary>404 or 410.</summary>
    NotFound,
}

/// <summary>A field that another manager owns.</summary>
/// <param name="Manager">Who owns it, such as "kubectl".</param>
/// <param name="Field">Such as ".spec.replicas".</param>
public sealed record FieldConflict(string Manager, string Field);

/// <summary>One thing that a cluster found wrong with an object.</summary>
/// <param name="Reason">Such as "FieldValueInvalid"; empty where the cluster gave none.</param>
/// <param name="Field">Such as "spec.selector"; empty where it is about the whole object.</param>
public sealed record StatusCause(string Reason, string Field, string Message);

/// <summary>A request to a cluster failed. The message is fit for people: it names the cluster and carries the cluster's own words, never a secret.</summary>
public class ClusterException(ClusterFailure kind, string cluster, string message, Exception? inner = null)
    : Exception($"cluster {cluster}: {message}", inner)
{
    public ClusterFailure Kind { get; } = kind;

    public string Cluster { get; } = cluster;

    /// <summary>The message without the cluster's name.</summary>
    public string Detail { get; } = message;

    /// <summary>The reason in the cluster's answer, such as "AlreadyExists"; null when there was none.</summary>
    public string? Reason { get; init; }

    /// <summary>One word for what exactly it is where the kind leaves that open, such as "CertificateExpired"; otherwise null.</summary>
    public string? Cause { get; init; }

    /// <summary>The HTTP status; 0 when there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>Filled for conflicts of server-side apply.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; init; } = [];

    /// <summary>Filled for objects that the cluster found invalid.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>True when the same request may well succeed later without anybody changing anything.</summary>
    public bool IsTransient => Kind is ClusterFailure.Unreachable or ClusterFailure.Timeout or ClusterFailure.Throttled or ClusterFailure.CircuitOpen or ClusterFailure.ServerError
        or ClusterFailure.CredentialsUnavailable;
}

/// <summary>No cluster of this name has joined.</summary>
public sealed class UnknownClusterException(string cluster) : Exception($"No cluster named {cluster} has joined.")
{
    public string Cluster { get; } = cluster;
}
