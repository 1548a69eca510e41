using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Reports;
using Kairship.Delivery.Documents;
using Kairship.Server.Problems;

namespace Kairship.Server.Reports;

/// <summary>
/// Keeps reports. Lists read only what is at the top of each: a report of a thousand applications is long. The whole is written before its top, so that what is listed can be read;
/// a crash between the two is made good by filing again.
/// </summary>
internal sealed class ReportBook(IDocumentStore documents)
{
    /// <summary>So many are listed; older ones can still be asked for by their ids.</summary>
    public const int MostListed = 1000;

    private const string Wholes = "report";
    private const string Tops = "report-top";

    /// <summary>Report to the instance that files it, of those that are not over.</summary>
    private const string Open = "report-open";
    private const int MaxTries = 50;

    /// <summary>Files it, or replaces what was filed under its id.</summary>
    /// <exception cref="ArgumentException">Its id cannot be part of an address.</exception>
    public async Task FileAsync(Report report, CancellationToken cancellationToken)
    {
        if (!Report.IsId(report.Id))
        {
            throw new ArgumentException($"'{report.Id}' is no id of a report: it is 1 to 150 small letters, digits, dots and dashes.", nameof(report));
        }

        var top = JsonSerializer.SerializeToNode(report.ToInfo(), WireJson.Options)!.AsObject();
        if (report is { IsOver: false, Instance: { } instance } && await documents.FindAsync(Open, report.Id, cancellationToken) is null)
        {
            await documents.PutAsync(Open, report.Id, JsonSerializer.Serialize(instance), 0, report.Updated, cancellationToken);
        }

        await PutAsync(Wholes, report.Id, Whole(top, report.Document), report.Updated, cancellationToken);
        await PutAsync(Tops, report.Id, top.ToJsonString(), report.Updated, cancellationToken);
        if (report.IsOver)
        {
            await ForgetAsync(report.Id, cancellationToken);
        }
    }

    /// <summary>Reports that are not over, with the instances that file them.</summary>
    public async Task<IReadOnlyList<(string Id, string Instance)>> ListOpenAsync(CancellationToken cancellationToken) =>
        [.. (await documents.ListAsync(Open, MostListed, cancellationToken)).Select(d => (d.Key, JsonSerializer.Deserialize<string>(d.Body)!))];

    /// <summary>Ends a report that nobody files any more; what it said until then stays. One that is over already is left as it is.</summary>
    /// <param name="why">A sentence; it begins the report's.</param>
    public async Task CloseAsync(string id, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await documents.FindAsync(Wholes, id, cancellationToken) is { } found)
        {
            var (report, document) = JsonSerializer.Deserialize<ReportDetail>(found.Body, WireJson.Options)!;
            if (!report.IsOver)
            {
                var said = JsonObject.Create(document)!;
                said["sentence"] = $"{why} Until then: {report.Sentence}";
                report = new Report(id, report.Kind, report.Title, report.Begun, now, IsOver: true, IsMet: null, said).ToInfo();
                if (!await documents.PutAsync(Wholes, id, Whole(JsonSerializer.SerializeToNode(report, WireJson.Options)!, said), found.Version, now, cancellationToken))
                {
                    // Somebody files it still: it is looked at again.
                    return;
                }
            }

            await PutTopAsync(report, now, cancellationToken);
        }

        await ForgetAsync(id, cancellationToken);
    }

    public async Task<Answer<ReportDetail>> GetAsync(string id, CancellationToken cancellationToken) =>
        Report.IsId(id) && await documents.FindAsync(Wholes, id, cancellationToken) is { } found
            ? JsonSerializer.Deserialize<ReportDetail>(found.Body, WireJson.Options)!
            : Refusal.NotFound($"There is no report '{id}'. 'kairship report list' shows those that there are.");

    /// <summary>What began last first; null kind: all.</summary>
    public async Task<Answer<PageOf<ReportInfo>>> ListAsync(string? kind, Paging paging, CancellationToken cancellationToken)
    {
        if (kind is not null && !ReportKinds.All.Contains(kind))
        {
            return Refusal.BadRequest($"?kind= is one of {string.Join(", ", ReportKinds.All)}.");
        }

        var all = (await documents.ListAsync(Tops, MostListed, cancellationToken)).Select(d => JsonSerializer.Deserialize<ReportInfo>(d.Body, WireJson.Options)!);
        return paging.Cut<ReportInfo>([.. all.Where(r => kind is null || r.Kind == kind).OrderByDescending(r => r.Begun).ThenBy(r => r.Id, StringComparer.Ordinal)]);
    }

    private static string Whole(JsonNode top, JsonObject document) => new JsonObject { ["report"] = top.DeepClone(), ["document"] = document.DeepClone() }.ToJsonString();

    private async Task ForgetAsync(string id, CancellationToken cancellationToken)
    {
        if (await documents.FindAsync(Open, id, cancellationToken) is { } open)
        {
            await documents.DeleteAsync(Open, id, open.Version, cancellationToken);
        }
    }

    /// <summary>Whoever files the report at the same moment has the last word in its top too.</summary>
    private async Task PutTopAsync(ReportInfo report, DateTimeOffset at, CancellationToken cancellationToken)
    {
        for (ReportInfo? put = null; put != report;)
        {
            put = report;
            await PutAsync(Tops, report.Id, JsonSerializer.Serialize(report, WireJson.Options), at, cancellationToken);
            report = (await GetAsync(report.Id, cancellationToken)).Value?.Report ?? report;
        }
    }

    private async Task PutAsync(string documentKind, string id, string body, DateTimeOffset at, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var version = (await documents.FindAsync(documentKind, id, cancellationToken))?.Version ?? 0;
            if (await documents.PutAsync(documentKind, id, body, version, at, cancellationToken))
            {
                return;
            }
        }

        throw new InvalidOperationException($"Report {id} could not be filed: it is filed by others all the time.");
    }
}
