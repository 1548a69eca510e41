using System.Globalization;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>The query of Elsa's list of definitions, read from what a client sent.</summary>
internal sealed record DefinitionQuery(VersionChoice Versions, PageRequest Page)
{
    public const int MaxPageSize = 1000;
    private const int MaxIds = 1000;

    public string? Search { get; init; }
    public bool? IsSystem { get; init; }
    public bool? IsReadonly { get; init; }
    public IReadOnlyCollection<string>? DefinitionIds { get; init; }
    public IReadOnlyCollection<string>? VersionIds { get; init; }
    public IReadOnlyCollection<string>? Names { get; init; }

    public DefinitionOrder OrderBy { get; init; }
    public bool Ascending { get; init; }

    /// <summary>The latest versions when nothing is said, but all that are named: the designer's list of instances asks so for the versions that they run, and is empty without them.</summary>
    /// <exception cref="BadHttpRequestException">A value is not what it may be.</exception>
    public static DefinitionQuery Read(IQueryCollection query) => new(VersionChoice.Read(query["versionOptions"], Texts(query, "ids") is null ? VersionSet.Latest : VersionSet.AllVersions), ReadPage(query))
    {
        Search = query["searchTerm"].ToString() is { Length: > 0 } term ? term : null,
        IsSystem = Flag(query, "isSystem"),
        IsReadonly = Flag(query, "isReadonly"),
        DefinitionIds = Union(Texts(query, "definitionIds"), Texts(query, "definitionId")),
        VersionIds = Texts(query, "ids"),
        Names = Union(Texts(query, "names"), Texts(query, "name")),
        OrderBy = Enum.Parse<DefinitionOrder>(OneOf(query, "orderBy", Enum.GetNames<DefinitionOrder>())),
        Ascending = OneOf(query, "orderDirection", ["Ascending", "Descending"]) == "Ascending",
    };

    public DefinitionFilter ToFilter()
    {
        var filter = Versions.Set switch
        {
            VersionSet.Latest => new DefinitionFilter(Latest: true),
            VersionSet.Published => new DefinitionFilter(Published: true),
            VersionSet.LatestOrPublished => new DefinitionFilter { LatestOrPublished = true },
            VersionSet.LatestAndPublished => new DefinitionFilter(Latest: true, Published: true),
            VersionSet.Draft => DefinitionFilter.Drafts,
            VersionSet.Specific => new DefinitionFilter { Version = Versions.Number },
            _ => new DefinitionFilter(),
        };
        return filter with
        {
            Search = Search, IsSystem = IsSystem, IsReadonly = IsReadonly, DefinitionIds = DefinitionIds, VersionIds = VersionIds, Names = Names, OrderBy = OrderBy, Ascending = Ascending,
            WithoutJson = true,
        };
    }

    /// <summary>A repeated parameter, or one with commas.</summary>
    public static IReadOnlyCollection<string>? Texts(IQueryCollection query, string name)
    {
        var texts = query[name].OfType<string>().Where(v => v.Length > 0)
            .SelectMany(v => v.Contains(',', StringComparison.Ordinal) ? v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Append(v) : [v])
            .ToHashSet(StringComparer.Ordinal);
        return texts.Count switch
        {
            0 => null,
            > MaxIds => throw new BadHttpRequestException($"?{name}= names {texts.Count}: at most {MaxIds} are taken at once."),
            _ => texts,
        };
    }

    private static PageRequest ReadPage(IQueryCollection query)
    {
        var size = Number(query, "pageSize", MaxPageSize, 1, MaxPageSize);
        return new PageRequest(Number(query, "page", 0, 0, int.MaxValue / MaxPageSize) * size, size);
    }

    private static IReadOnlyCollection<string>? Union(IReadOnlyCollection<string>? one, IReadOnlyCollection<string>? other) =>
        one is null ? other : other is null ? one : [.. one.Union(other, StringComparer.Ordinal)];

    private static int Number(IQueryCollection query, string name, int otherwise, int least, int most) =>
        query[name].ToString() is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
        : throw new BadHttpRequestException($"?{name}= is a number from {least} to {most}.");

    private static bool? Flag(IQueryCollection query, string name) =>
        query[name].ToString() is not { Length: > 0 } text ? null
        : bool.TryParse(text, out var value) ? value
        : throw new BadHttpRequestException($"?{name}= is True or False.");

    /// <summary>The first of them when nothing is said.</summary>
    private static string OneOf(IQueryCollection query, string name, IReadOnlyList<string> known) =>
        query[name].ToString() is not { Length: > 0 } text ? known[0]
        : known.FirstOrDefault(k => k.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw new BadHttpRequestException($"?{name}= is one of {string.Join(", ", known)}.");
}
