namespace Kairship.Workflows.Storage;

public enum InstanceOrder
{
    Created,
    Updated,

    /// <summary>What has not finished comes last, whichever direction.</summary>
    Finished,

    /// <summary>Without regard to case, by as much of it as <see cref="ListText"/> keeps; an instance without a name counts as having an empty one.</summary>
    Name,
}

public enum InstanceTime
{
    Created,
    Updated,
    Finished,
}

public enum TimeComparison
{
    Is,
    IsNot,
    After,
    AtOrAfter,
    Before,
    AtOrBefore,
}

/// <summary>A condition on one of an instance's times. An instance that has not that time meets no condition on it.</summary>
public sealed record TimeFilter(InstanceTime Time, TimeComparison Comparison, DateTimeOffset Value)
{
    internal bool Matches(InstanceRecord instance)
    {
        DateTimeOffset? time = Time switch { InstanceTime.Created => instance.CreatedAt, InstanceTime.Updated => instance.UpdatedAt, _ => instance.FinishedAt };
        return time is { } at && Comparison switch
        {
            TimeComparison.Is => at == Value,
            TimeComparison.IsNot => at != Value,
            TimeComparison.After => at > Value,
            TimeComparison.AtOrAfter => at >= Value,
            TimeComparison.Before => at < Value,
            _ => at <= Value,
        };
    }
}

/// <summary>Which instances, in which order. Null means: not restricted. An empty set matches nothing.
/// <para><see cref="Search"/> looks without regard to case in name, id and correlation id, as far as <see cref="ListText"/> keeps them, and for definitions whose id begins with the text (as written, or in
/// lower case).</para></summary>
public sealed record InstanceFilter(
    string? DefinitionId = null, string? CorrelationId = null, string? ParentInstanceId = null,
    IReadOnlyList<InstanceStatus>? Statuses = null, bool? Quarantined = null, string? Search = null, int? DefinitionVersion = null)
{
    public IReadOnlyCollection<string>? Ids { get; init; }

    public IReadOnlyCollection<string>? DefinitionIds { get; init; }

    public bool? HasIncidents { get; init; }

    /// <summary>Whether the latest version of its definition says that it is the system's.</summary>
    public bool? IsSystem { get; init; }

    /// <summary>All of them hold.</summary>
    public IReadOnlyList<TimeFilter> Times { get; init; } = [];

    public InstanceOrder OrderBy { get; init; } = InstanceOrder.Created;

    /// <summary>Newest (last by name) first unless this is set. What is equal follows its id in the same direction.</summary>
    public bool Ascending { get; init; }

    /// <summary>All but <see cref="IsSystem"/>.</summary>
    internal bool Matches(InstanceRecord r) =>
        (DefinitionId is null || r.DefinitionId == DefinitionId)
        && (DefinitionVersion is null || r.DefinitionVersion == DefinitionVersion)
        && (CorrelationId is null || r.CorrelationId == CorrelationId)
        && (ParentInstanceId is null || r.ParentInstanceId == ParentInstanceId)
        && Statuses?.Contains(r.Status) != false
        && (Quarantined is null || (r.QuarantineReason is not null) == Quarantined)
        && Ids?.Contains(r.Id) != false
        && DefinitionIds?.Contains(r.DefinitionId) != false
        && (HasIncidents is null || (r.IncidentCount > 0) == HasIncidents)
        && Times.All(t => t.Matches(r))
        && (string.IsNullOrEmpty(Search) || MatchesText(r, Search));

    internal IEnumerable<InstanceRecord> Ordered(IEnumerable<InstanceRecord> all)
    {
        var bytes = ListText.ByteOrder;
        if (OrderBy == InstanceOrder.Finished)
        {
            var finishedFirst = all.OrderBy(r => r.FinishedAt is null);
            return Ascending
                ? finishedFirst.ThenBy(r => r.FinishedAt).ThenBy(r => r.Id, bytes)
                : finishedFirst.ThenByDescending(r => r.FinishedAt).ThenByDescending(r => r.Id, bytes);
        }

        var ascending = OrderBy switch
        {
            InstanceOrder.Name => all.OrderBy(r => ListText.Of(r.Name, r.Id, r.CorrelationId), bytes),
            InstanceOrder.Updated => all.OrderBy(r => r.UpdatedAt),
            _ => all.OrderBy(r => r.CreatedAt),
        };
        var ordered = ascending.ThenBy(r => r.Id, bytes);
        return Ascending ? ordered : ordered.Reverse();
    }

    private static bool MatchesText(InstanceRecord r, string search) =>
        ListText.Of(r.Name, r.Id, r.CorrelationId).Contains(ListText.Fold(search), StringComparison.Ordinal)
        || r.DefinitionId.StartsWith(search, StringComparison.Ordinal)
        || r.DefinitionId.StartsWith(ListText.Fold(search), StringComparison.Ordinal);
}
