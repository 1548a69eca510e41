namespace Kairship.Workflows.Storage;

public enum DefinitionOrder
{
    Created,

    /// <summary>Without regard to case; a version without a name counts as having an empty one.</summary>
    Name,

    Version,
}

/// <summary>Which versions of definitions, in which order. Null means: not restricted. An empty set matches nothing.</summary>
public sealed record DefinitionFilter(string? DefinitionId = null, string? Search = null, bool? Latest = null, bool? Published = null)
{
    /// <summary>Leaves <see cref="DefinitionRecord.Json"/> empty: a list of versions is short, their documents are not.</summary>
    public bool WithoutJson { get; init; }

    /// <summary>The latest version that is not published.</summary>
    public static DefinitionFilter Drafts => new(Latest: true, Published: false);

    /// <summary>Versions that are latest, published or both.</summary>
    public bool LatestOrPublished { get; init; }

    public int? Version { get; init; }

    public IReadOnlyCollection<string>? DefinitionIds { get; init; }

    public IReadOnlyCollection<string>? VersionIds { get; init; }

    /// <summary>Exactly these, without regard to case.</summary>
    public IReadOnlyCollection<string>? Names { get; init; }

    public bool? IsSystem { get; init; }

    public bool? IsReadonly { get; init; }

    public DefinitionOrder OrderBy { get; init; } = DefinitionOrder.Created;

    /// <summary>Newest (highest, last by name) first unless this is set. What is equal follows its definition id (by name), its version and its version's id in the same direction.</summary>
    public bool Ascending { get; init; }

    internal bool Matches(DefinitionRecord d) =>
        (DefinitionId is null || d.DefinitionId == DefinitionId)
        && (Latest is null || d.IsLatest == Latest)
        && (Published is null || d.IsPublished == Published)
        && (!LatestOrPublished || d.IsLatest || d.IsPublished)
        && (Version is null || d.Version == Version)
        && DefinitionIds?.Contains(d.DefinitionId) != false
        && VersionIds?.Contains(d.VersionId) != false
        && Names?.Select(ListText.Fold).Contains(ListText.Fold(d.Name)) != false
        && (IsSystem is null || d.IsSystem == IsSystem)
        && (IsReadonly is null || d.IsReadonly == IsReadonly)
        && ListText.Of(d).Contains(ListText.Fold(Search), StringComparison.Ordinal);

    internal IEnumerable<DefinitionRecord> Ordered(IEnumerable<DefinitionRecord> all)
    {
        var bytes = ListText.ByteOrder;
        var ascending = OrderBy switch
        {
            DefinitionOrder.Name => all.OrderBy(d => ListText.Fold(d.Name), bytes).ThenBy(d => d.DefinitionId, bytes).ThenBy(d => d.Version),
            DefinitionOrder.Version => all.OrderBy(d => d.Version),
            _ => all.OrderBy(d => d.CreatedAt).ThenBy(d => d.Version),
        };
        var ordered = ascending.ThenBy(d => d.VersionId, bytes);
        return Ascending ? ordered : ordered.Reverse();
    }
}
