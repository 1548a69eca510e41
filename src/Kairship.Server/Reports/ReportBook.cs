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
        await PutAsync(Wholes, report, new JsonObject { ["report"] = top, ["document"] = report.Document.DeepClone() }.ToJsonString(), cancellationToken);
        await PutAsync(Tops, report, top.ToJsonString(), cancellationToken);
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

    private async Task PutAsync(string documentKind, Report report, string body, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var version = (await documents.FindAsync(documentKind, report.Id, cancellationToken))?.Version ?? 0;
            if (await documents.PutAsync(documentKind, report.Id, body, version, report.Updated, cancellationToken))
            {
                return;
            }
        }

        throw new InvalidOperationException($"Report {report.Id} could not be filed: it is filed by others all the time.");
    }
}
