namespace Kairship.Fleet.Health;

public enum ConditionStatus
{
    True,

    /// <summary>The cluster answers and cannot be worked with.</summary>
    False,

    /// <summary>The cluster does not answer: it may be fine and only out of reach.</summary>
    Unknown,
}

/// <summary>One thing that is so, or is not, about a cluster: Kubernetes' shape of conditions.</summary>
/// <param name="Type">"Ready", "Authorized" or "CertificateExpiring"; of the last, True is a warning.</param>
/// <param name="Reason">One word, such as "Ready", "Unreachable", "CertificateExpired", "Forbidden".</param>
/// <param name="Message">For people: what it is and what to do. Empty when all is well.</param>
/// <param name="LastTransition">Since when the status is what it is.</param>
public sealed record ClusterCondition(string Type, ConditionStatus Status, string Reason, string Message, DateTimeOffset LastTransition)
{
    public const string Ready = "Ready";

    /// <summary>Kairship may do there what it needs.</summary>
    public const string Authorized = "Authorized";

    /// <summary>A certificate or token ends soon: True is a warning.</summary>
    public const string CertificateExpiring = "CertificateExpiring";

    /// <summary>This look at a condition after the last one: the time moves only with the status.</summary>
    public static ClusterCondition Next(ClusterCondition? before, ConditionReading read, DateTimeOffset now) =>
        new(read.Type, read.Status, read.Reason, read.Message, before?.Status == read.Status ? before.LastTransition : now);
}

/// <summary>A condition as one look found it.</summary>
public sealed record ConditionReading(string Type, ConditionStatus Status, string Reason, string Message);
