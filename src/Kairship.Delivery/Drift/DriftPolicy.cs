namespace Kairship.Delivery.Drift;

/// <summary>What is done about clusters that no longer hold what was released.</summary>
public enum DriftMode
{
    /// <summary>It is shown, and nothing is changed.</summary>
    Report,

    /// <summary>What was released is put back.</summary>
    Heal,

    /// <summary>Nobody looks.</summary>
    Ignore,
}

/// <summary>How an application is kept as it was released.</summary>
public sealed record DriftPolicy
{
    public DriftMode Mode { get; init; } = DriftMode.Report;

    /// <summary>How often the clusters are compared with what was released.</summary>
    /// <value>The default is 5 minutes; 1 s to 24 h.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Fields that may differ, as JSON pointers into any object ("/spec/template/metadata/annotations/example.org~1restarted").</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Healing also deletes objects that carry the application's label and were not released.</summary>
    /// <value>The default is false: they are shown.</value>
    public bool Prune { get; init; }
}
