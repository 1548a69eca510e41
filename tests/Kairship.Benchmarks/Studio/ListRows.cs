using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Benchmarks.Studio;

/// <summary>The lists of the designer: as it asks for them at first, far behind, searched, and by each filter.</summary>
internal static class ListRows
{
    private const double Aim = 50;

    public static async Task RunAsync(StudioServer server, StudioOptions options, string name)
    {
        var last = (options.Definitions / 10) - 1;
        foreach (var (row, query) in new[]
        {
            ("", ""), ("-deep", $"&Page={last}"), ("-middle", $"&Page={last / 2}"), ("-search", "&SearchTerm=canary"), ("-search-none", "&SearchTerm=nowhere-to-be-found"),
            ("-by-name", "&OrderBy=Name"), ("-by-name-deep", $"&OrderBy=Name&Page={last / 2}"), ("-published", "&versionOptions=Published"),
            ("-all-versions", "&versionOptions=AllVersions&OrderDirection=Descending"), ("-all-versions-search", "&versionOptions=AllVersions&SearchTerm=canary"),
        })
        {
            await server.MeasureAsync(options, $"{name}-definitions-10k-page{row}-ms", Aim, Definitions(query));
        }

        await server.MeasureAsync(options, $"{name}-definitions-10k-page-versions-ms", Aim, $"/elsa/api/workflow-definitions?versionOptions=AllVersions&Page=0&PageSize=10&DefinitionIds={StudioData.DefinitionId(7)}");
        foreach (var (row, change) in Instances(options.Instances / 10))
        {
            var body = new JsonObject { ["page"] = 0, ["pageSize"] = 10, ["searchTerm"] = "", ["isSystem"] = false, ["orderDirection"] = "Descending" };
            change(body);
            await server.MeasureAsync(options, $"{name}-instances-100k-page{row}-ms", Aim, "/elsa/api/workflow-instances", body.ToJsonString());
        }
    }

    /// <summary>Of what is said twice the last holds.</summary>
    private static string Definitions(string query)
    {
        var asked = "versionOptions=Latest&Page=0&PageSize=10&SearchTerm=&IsSystem=False&OrderDirection=Ascending".Split('&').Concat(query.Split('&', StringSplitOptions.RemoveEmptyEntries));
        return "/elsa/api/workflow-definitions?" + string.Join('&', asked.GroupBy(p => p.Split('=')[0], StringComparer.OrdinalIgnoreCase).Select(p => p.Last()));
    }

    private static IEnumerable<(string Row, Action<JsonObject> Change)> Instances(int pages) =>
    [
        ("", _ => { }),
        ("-middle", b => b["page"] = pages / 2),
        ("-deep", b => b["page"] = pages - 1),
        ("-search", b => b["searchTerm"] = "canary shop"),
        ("-search-id", b => b["searchTerm"] = StudioData.Correlation(pages)),
        ("-search-none", b => b["searchTerm"] = "nowhere-to-be-found"),
        ("-definition", b => b["definitionIds"] = new JsonArray(StudioData.DefinitionId(7))),
        ("-status", b => b["status"] = "Finished"),
        ("-substatus", b => b["subStatus"] = "Suspended"),
        ("-incidents", b => b["hasIncidents"] = true),
        ("-correlation", b => b["correlationId"] = StudioData.Correlation(pages)),
        ("-version", b => b["version"] = 2),
        ("-times", b => b["timestampFilters"] = new JsonArray(new JsonObject
        {
            ["column"] = "FinishedAt", ["operator"] = "GreaterThan", ["timestamp"] = TimeProvider.System.GetUtcNow().AddDays(-15).ToString("O", CultureInfo.InvariantCulture),
        })),
        ("-by-updated", b => b["orderBy"] = "UpdatedAt"),
        ("-by-finished", b => b["orderBy"] = "Finished"),
        ("-by-name", b => b["orderBy"] = "Name"),
        ("-by-name-deep", b => (b["orderBy"], b["page"]) = ("Name", pages / 2)),
    ];
}
