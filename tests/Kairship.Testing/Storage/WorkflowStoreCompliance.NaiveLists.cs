using CsCheck;
using Kairship.Workflows.Storage;

namespace Kairship.Testing.Storage;

/// <content>Random rows and filters, and what a filter means in the plainest words.</content>
public abstract partial class WorkflowStoreCompliance
{
    private static readonly Gen<string?> ListedName = Among(
        null, "", "Deploy", "deploy", "DÉPLOYER", "100%", "a_b", "aXb", "back\\slash", "Größe", "\U0001F680 go", "\uFF5E wave", "canary", "Canary 2");

    private static readonly Gen<string?> ListedSearch = Among(
        null, "", "DEPLOY", "déploy", "%", "_", "\\", "a_b", "GRÖSSE", "größe", "\U0001F680", "beta", "Beta", "alpha", "ease-1", "what", "-00", "no such");

    private static readonly Gen<string> ListedDefinition = Among("alpha", "beta", "betatwo", "gamma");

    private static readonly Gen<bool?> Maybe = Among<bool?>(null, null, true, false);

    private static readonly DateTimeOffset Midnight = DateTimeOffset.UnixEpoch;

    private static readonly Gen<DateTimeOffset> Minute = Gen.Int[0, 5].Select(m => Midnight.AddMinutes(m));

    private static readonly Gen<DefinitionRecord> Versions =
        from id in ListedDefinition
        from version in Gen.Int[1, 6]
        from name in ListedName
        from description in Among<string?>(null, "What it does", "100% _safe_")
        from created in Minute
        from marks in Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool)
        select new DefinitionRecord($"{id}:{version}", id, version, name, description, marks.Item1, marks.Item2, new string('a', 64), "{}", created)
        {
            IsReadonly = marks.Item3,
            IsSystem = marks.Item4,
        };

    private static readonly Gen<DefinitionFilter> DefinitionFilters =
        from id in ListedDefinition.Null(0.8)
        from search in ListedSearch
        from marks in Gen.Select(Maybe, Maybe, Maybe, Maybe)
        from either in Among(false, false, false, true)
        from version in Among<int?>(null, null, null, 1, 2)
        from ids in ListedDefinition.Array[0, 3].Null(0.7)
        from versions in Gen.Select(ListedDefinition, Gen.Int[1, 6]).Select((d, v) => $"{d}:{v}").Array[0, 9].Null(0.8)
        from names in ListedName.Select(n => n ?? "").Array[0, 5].Null(0.8)
        from order in Among(DefinitionOrder.Created, DefinitionOrder.Name, DefinitionOrder.Version)
        from shape in Gen.Select(Gen.Bool, Gen.Bool)
        select new DefinitionFilter(id, search, marks.Item1, marks.Item2)
        {
            IsSystem = marks.Item3, IsReadonly = marks.Item4, LatestOrPublished = either, Version = version, DefinitionIds = ids, VersionIds = versions, Names = names,
            OrderBy = order, Ascending = shape.Item1, WithoutJson = shape.Item2,
        };

    private static readonly Gen<InstanceRecord> Rows =
        from definition in ListedDefinition
        from version in Gen.Int[1, 3]
        from name in ListedName
        from correlation in Among<string?>(null, "Release-1", "release-2", "100%")
        from status in Gen.Enum<InstanceStatus>()
        from incidents in Gen.Int[0, 2]
        from times in Gen.Select(Minute, Minute)
        from quarantine in Among<string?>(null, null, "poison")
        select new InstanceRecord("", definition, "", version, name, correlation, null, status, incidents, quarantine, 0, null, null, times.Item1, times.Item2, null, default);

    private static readonly Gen<TimeFilter> TimeFilters =
        from time in Gen.Enum<InstanceTime>()
        from comparison in Gen.Enum<TimeComparison>()
        from value in Minute
        select new TimeFilter(time, comparison, value);

    private static readonly Gen<InstanceFilter> InstanceFilters =
        from definition in ListedDefinition.Null(0.8)
        from correlation in Among<string?>(null, null, null, "Release-1", "100%")
        from statuses in Gen.Enum<InstanceStatus>().Array[0, 4].Null(0.6)
        from quarantined in Maybe
        from search in ListedSearch
        from version in Among<int?>(null, null, null, 1, 2)
        from ids in Among<string[]?>(null, null, null, [])
        from definitions in ListedDefinition.Array[0, 3].Null(0.7)
        from flags in Gen.Select(Maybe, Maybe)
        from times in TimeFilters.Array[0, 2]
        from order in Gen.Select(Gen.Enum<InstanceOrder>(), Gen.Bool)
        select new InstanceFilter(definition, correlation, null, statuses, quarantined, search, version)
        {
            Ids = ids, DefinitionIds = definitions, HasIncidents = flags.Item1, IsSystem = flags.Item2, Times = times, OrderBy = order.Item1, Ascending = order.Item2,
        };

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool Matches(DefinitionFilter filter, DefinitionRecord d) =>
        (filter.DefinitionId ?? d.DefinitionId) == d.DefinitionId
        && (filter.Latest ?? d.IsLatest) == d.IsLatest
        && (filter.Published ?? d.IsPublished) == d.IsPublished
        && (filter.IsSystem ?? d.IsSystem) == d.IsSystem
        && (filter.IsReadonly ?? d.IsReadonly) == d.IsReadonly
        && (filter.Version ?? d.Version) == d.Version
        && (!filter.LatestOrPublished || d.IsLatest || d.IsPublished)
        && (filter.DefinitionIds ?? [d.DefinitionId]).Contains(d.DefinitionId)
        && (filter.VersionIds ?? [d.VersionId]).Contains(d.VersionId)
        && (filter.Names ?? [d.Name ?? ""]).Select(Key).Contains(Key(d.Name))
        && Finds(filter.Search, d.Name, d.Description, d.DefinitionId);

    private static bool Matches(InstanceFilter filter, InstanceRecord r) =>
        (filter.DefinitionId ?? r.DefinitionId) == r.DefinitionId
        && (filter.CorrelationId is null || filter.CorrelationId == r.CorrelationId)
        && filter.ParentInstanceId == r.ParentInstanceId
        && (filter.DefinitionVersion ?? r.DefinitionVersion) == r.DefinitionVersion
        && (filter.Statuses ?? [r.Status]).Contains(r.Status)
        && (filter.Ids ?? [r.Id]).Contains(r.Id)
        && (filter.DefinitionIds ?? [r.DefinitionId]).Contains(r.DefinitionId)
        && (filter.Quarantined is null || filter.Quarantined == (r.QuarantineReason is not null))
        && (filter.HasIncidents is null || filter.HasIncidents == (r.IncidentCount > 0))
        && (filter.IsSystem is null || filter.IsSystem == (r.DefinitionId == "gamma"))
        && filter.Times.All(t => Meets(t, t.Time switch { InstanceTime.Created => r.CreatedAt, InstanceTime.Updated => r.UpdatedAt, _ => r.FinishedAt }))
        && (Finds(filter.Search, r.Name, r.Id, r.CorrelationId) || r.DefinitionId.StartsWith(filter.Search!.ToLowerInvariant(), StringComparison.Ordinal));

    private static bool Meets(TimeFilter filter, DateTimeOffset? time) => time is { } at && filter.Comparison switch
    {
        TimeComparison.Is => at.CompareTo(filter.Value) == 0,
        TimeComparison.IsNot => at.CompareTo(filter.Value) != 0,
        TimeComparison.After => at.CompareTo(filter.Value) > 0,
        TimeComparison.AtOrAfter => at.CompareTo(filter.Value) >= 0,
        TimeComparison.Before => at.CompareTo(filter.Value) < 0,
        _ => at.CompareTo(filter.Value) <= 0,
    };

    private static IEnumerable<DefinitionRecord> Ordered(IEnumerable<DefinitionRecord> all, DefinitionFilter filter)
    {
        Comparison<DefinitionRecord> order = filter.OrderBy switch
        {
            DefinitionOrder.Name => (a, b) => (Key(a.Name), a.DefinitionId, a.Version).CompareTo((Key(b.Name), b.DefinitionId, b.Version)),
            DefinitionOrder.Version => (a, b) => (a.Version, a.VersionId).CompareTo((b.Version, b.VersionId)),
            _ => (a, b) => (a.CreatedAt, a.Version, a.VersionId).CompareTo((b.CreatedAt, b.Version, b.VersionId)),
        };
        return all.Order(Comparer<DefinitionRecord>.Create(filter.Ascending ? order : (a, b) => order(b, a)));
    }

    private static IEnumerable<InstanceRecord> Ordered(IEnumerable<InstanceRecord> all, InstanceFilter filter)
    {
        Comparison<InstanceRecord> order = filter.OrderBy switch
        {
            InstanceOrder.Name => (a, b) => (Key(a.Name), a.Id).CompareTo((Key(b.Name), b.Id)),
            InstanceOrder.Updated => (a, b) => (a.UpdatedAt, a.Id).CompareTo((b.UpdatedAt, b.Id)),
            InstanceOrder.Finished => (a, b) => (a.FinishedAt, a.Id).CompareTo((b.FinishedAt, b.Id)),
            _ => (a, b) => (a.CreatedAt, a.Id).CompareTo((b.CreatedAt, b.Id)),
        };
        var ordered = all.Order(Comparer<InstanceRecord>.Create(filter.Ascending ? order : (a, b) => order(b, a)));
        return filter.OrderBy == InstanceOrder.Finished ? ordered.OrderBy(r => r.FinishedAt is null ? 1 : 0) : ordered;
    }
}
