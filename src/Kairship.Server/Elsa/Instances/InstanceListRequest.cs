using System.Globalization;
using System.Text.Json;
using Kairship.Server.Problems;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>What a list of instances is asked for, as it arrives: in a body, or in a query.</summary>
internal sealed record InstanceListRequest
{
    public int? Page { get; init; }
    public int? PageSize { get; init; }
    public string? SearchTerm { get; init; }
    public string? DefinitionId { get; init; }
    public IReadOnlyList<string>? DefinitionIds { get; init; }
    public string? CorrelationId { get; init; }
    public int? Version { get; init; }
    public bool? HasIncidents { get; init; }
    public bool? IsSystem { get; init; }
    public string? Status { get; init; }
    public IReadOnlyList<string>? Statuses { get; init; }
    public string? SubStatus { get; init; }
    public IReadOnlyList<string>? SubStatuses { get; init; }
    public string? OrderBy { get; init; }
    public string? OrderDirection { get; init; }
    public IReadOnlyList<TimestampCondition>? TimestampFilters { get; init; }

    /// <summary>Lists repeat their name; timestampFilters is the JSON that a body would have.</summary>
    public static InstanceListRequest FromQuery(IQueryCollection query)
    {
        return new InstanceListRequest
        {
            Page = Number("page"),
            PageSize = Number("pageSize"),
            SearchTerm = Text("searchTerm"),
            DefinitionId = Text("definitionId"),
            DefinitionIds = Texts("definitionIds"),
            CorrelationId = Text("correlationId"),
            Version = Number("version"),
            HasIncidents = Flag("hasIncidents"),
            IsSystem = Flag("isSystem"),
            Status = Text("status"),
            Statuses = Texts("statuses"),
            SubStatus = Text("subStatus"),
            SubStatuses = Texts("subStatuses"),
            OrderBy = Text("orderBy"),
            OrderDirection = Text("orderDirection"),
            TimestampFilters = Text("timestampFilters") is { } json ? JsonSerializer.Deserialize<IReadOnlyList<TimestampCondition>>(json, ElsaJson.Options) : null,
        };

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

        IReadOnlyList<string>? Texts(string name) => query[name].Count > 0 ? [.. query[name].OfType<string>()] : null;

        int? Number(string name) => Text(name) is not { } text ? null
            : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number
            : throw new BadHttpRequestException($"?{name}= is a whole number, not '{text}'.");

        bool? Flag(string name) => Text(name) is not { } text ? null
            : bool.TryParse(text, out var flag) ? flag
            : throw new BadHttpRequestException($"?{name}= is true or false, not '{text}'.");
    }
}

/// <param name="Operator">Is, IsNot, LessThan, GreaterThan, LessThanOrEqual or GreaterThanOrEqual.</param>
internal sealed record TimestampCondition(string? Column, string? Operator, DateTimeOffset Timestamp);

/// <summary>What is looked up for such a request.</summary>
/// <param name="Filters">None: nothing can match. Two: quarantined instances and others, in one list.</param>
internal sealed record InstanceQuery(IReadOnlyList<InstanceFilter> Filters, PageRequest Page)
{
    public const int MaxPageSize = 1000;
    private const int DefaultPageSize = 100;
    private const int MaxText = 400;
    private const int MaxIds = 1000;
    private const int MaxTimes = 20;

    private static readonly Dictionary<string, InstanceOrder> Orders = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Created"] = InstanceOrder.Created, ["CreatedAt"] = InstanceOrder.Created,
        ["UpdatedAt"] = InstanceOrder.Updated, ["Updated"] = InstanceOrder.Updated, ["LastExecuted"] = InstanceOrder.Updated,
        ["Finished"] = InstanceOrder.Finished, ["FinishedAt"] = InstanceOrder.Finished,
        ["Name"] = InstanceOrder.Name,
    };

    private static readonly Dictionary<string, InstanceTime> Columns = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CreatedAt"] = InstanceTime.Created, ["UpdatedAt"] = InstanceTime.Updated, ["FinishedAt"] = InstanceTime.Finished,
    };

    private static readonly Dictionary<string, TimeComparison> Operators = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Is"] = TimeComparison.Is, ["IsNot"] = TimeComparison.IsNot, ["LessThan"] = TimeComparison.Before, ["GreaterThan"] = TimeComparison.After,
        ["LessThanOrEqual"] = TimeComparison.AtOrBefore, ["GreaterThanOrEqual"] = TimeComparison.AtOrAfter,
    };

    public static Answer<InstanceQuery> Of(InstanceListRequest request)
    {
        if (Sizes(request) is { } tooLarge)
        {
            return Refusal.BadRequest(tooLarge);
        }

        var problems = new List<string>();
        var statuses = Words("status", request.Status, request.Statuses, ElsaStatus.Statuses, problems);
        var subs = Words("subStatus", request.SubStatus, request.SubStatuses, ElsaStatus.SubStatuses, problems);
        var order = One("orderBy", request.OrderBy, Orders, InstanceOrder.Created, problems);
        var times = (request.TimestampFilters ?? []).Select(t => Time(t, problems)).ToList();
        var ascending = order == InstanceOrder.Name;
        if (request.OrderDirection is { Length: > 0 } direction)
        {
            ascending = One("orderDirection", direction, new(StringComparer.OrdinalIgnoreCase) { ["Ascending"] = true, ["Descending"] = false }, false, problems);
        }

        if (problems.Count > 0)
        {
            return Refusal.BadRequest(string.Join(" ", problems));
        }

        var filter = new InstanceFilter(
            Given(request.DefinitionId), Given(request.CorrelationId), Search: Given(request.SearchTerm), DefinitionVersion: request.Version)
        {
            DefinitionIds = request.DefinitionIds is { Count: > 0 } ids ? ids : null,
            HasIncidents = request.HasIncidents,
            IsSystem = request.IsSystem,
            Times = times,
            OrderBy = order,
            Ascending = ascending,
        };
        var size = request.PageSize ?? DefaultPageSize;
        return new InstanceQuery(Split(filter, statuses, subs), new PageRequest((request.Page ?? 0) * size, size));
    }

    /// <summary>A quarantined instance keeps its status below the quarantine, so that it takes a look-up of its own where only some words are asked for.</summary>
    private static List<InstanceFilter> Split(InstanceFilter filter, IReadOnlyCollection<string>? statuses, IReadOnlyCollection<string>? subs)
    {
        var filters = new List<InstanceFilter>();
        if (statuses is null && subs is null)
        {
            return [filter];
        }

        if (ElsaStatus.Ours(statuses, subs) is { Count: > 0 } ours)
        {
            filters.Add(filter with { Statuses = ours, Quarantined = false });
        }

        if (ElsaStatus.TakesQuarantined(statuses, subs))
        {
            filters.Add(filter with { Quarantined = true });
        }

        return filters;
    }

    private static string? Sizes(InstanceListRequest r)
    {
        var size = r.PageSize ?? DefaultPageSize;
        return size is < 1 or > MaxPageSize ? $"'pageSize' is a number from 1 to {MaxPageSize}, not {size}."
            : r.Page is < 0 || (long)(r.Page ?? 0) * size > int.MaxValue ? $"'page' is a number from 0, not {r.Page}, and page times pageSize stays below 2^31."
            : new[] { r.SearchTerm, r.DefinitionId, r.CorrelationId }.Any(t => t?.Length > MaxText) ? $"'searchTerm', 'definitionId' and 'correlationId' have at most {MaxText} characters."
            : r.DefinitionIds is { } ids && (ids.Count > MaxIds || ids.Any(i => i is null || i.Length > MaxText)) ? $"'definitionIds' are at most {MaxIds} texts of at most {MaxText} characters."
            : r.Statuses?.Count > MaxTimes || r.SubStatuses?.Count > MaxTimes || r.TimestampFilters?.Count > MaxTimes ? $"'statuses', 'subStatuses' and 'timestampFilters' have at most {MaxTimes} entries."
            : null;
    }

    private static HashSet<string>? Words(string name, string? one, IReadOnlyList<string>? many, IReadOnlyList<string> known, List<string> problems)
    {
        HashSet<string>? words = null;
        foreach (var word in (many ?? []).Append(one).Where(w => !string.IsNullOrEmpty(w)))
        {
            var found = known.FirstOrDefault(k => string.Equals(k, word, StringComparison.OrdinalIgnoreCase));
            if (found is null)
            {
                problems.Add($"'{name}' is one of {string.Join(", ", known)}, not '{word}'.");
            }

            (words ??= []).Add(found ?? "");
        }

        return words;
    }

    private static T One<T>(string name, string? word, Dictionary<string, T> known, T otherwise, List<string> problems)
    {
        if (string.IsNullOrEmpty(word) || known.TryGetValue(word, out otherwise!))
        {
            return otherwise;
        }

        problems.Add($"'{name}' is one of {string.Join(", ", known.Keys)}, not '{word}'.");
        return otherwise;
    }

    private static TimeFilter Time(TimestampCondition? condition, List<string> problems)
    {
        if (condition is not { Column.Length: > 0, Operator.Length: > 0 })
        {
            problems.Add("A timestamp filter is {\"column\": \"CreatedAt\", \"operator\": \"GreaterThan\", \"timestamp\": \"2026-01-01T00:00:00Z\"}.");
        }

        return new TimeFilter(
            One("column", condition?.Column, Columns, default, problems), One("operator", condition?.Operator, Operators, default, problems), condition?.Timestamp ?? default);
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
