using Kairship.Api;
using Kairship.Api.Reports;

namespace Kairship.Cli.Reports;

/// <summary>Something about one application in a loss that is not over.</summary>
/// <param name="Report">The report's id.</param>
/// <param name="Sentence">What is with it; where a person has to confirm something, with the command.</param>
/// <param name="Type">What a person would type to approve its release; null: none waits for that.</param>
/// <param name="IsStuck">It does not go on by itself.</param>
internal sealed record LossLine(string Report, string Cluster, string Application, string Sentence, string? Type, bool IsStuck)
{
    public override string ToString() => $"{Cluster} is lost: {Sentence}{(Type is null ? "" : $" Then: {Type}")}";
}

/// <summary>What the reports of losses that are not over say of applications: a release says nothing of what became of its cluster since.</summary>
internal static class OpenLosses
{
    private const int MostReports = 20;
    private const int MostApprovals = 1000;

    /// <param name="application">Only this one; null: all.</param>
    public static async Task<IReadOnlyList<LossLine>> ReadAsync(KairshipClient client, string? application, CancellationToken cancellationToken)
    {
        var open = (await client.ListReportsAsync("loss", cancellationToken: cancellationToken)).Items.Where(r => !r.IsOver).Take(MostReports).ToList();
        if (open.Count == 0)
        {
            return [];
        }

        var approvals = (await client.ListApprovalsAsync(true, 0, MostApprovals, cancellationToken)).Items.ToLookup(a => a.Application, a => a.ReleaseId, StringComparer.Ordinal);
        List<LossLine> lines = [];
        foreach (var report in open)
        {
            var detail = await client.GetReportAsync(report.Id, cancellationToken);
            lines.AddRange(Of(detail, approvals).Where(l => application is null || l.Application == application));
        }

        return lines;
    }

    private static IEnumerable<LossLine> Of(ReportDetail report, ILookup<string, string> approvals)
    {
        var cluster = ReportWords.Text(report.Document, "cluster") ?? report.Report.Title;
        var stays = ReportWords.Items(report.Document, "notMoved")
            .Select(n => (Name: ReportWords.Text(n, "application") ?? "", Verdict: ReportWords.Text(n, "verdict"), Sentence: ReportWords.Text(n, "sentence") ?? "")).ToList();
        foreach (var (name, verdict, sentence) in stays)
        {
            var release = approvals[name].FirstOrDefault();
            yield return new LossLine(report.Report.Id, cluster, name, sentence, Approve(release), release is not null || verdict is "Fence" or "Nowhere" or "Wait");
        }

        var told = stays.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var row in ReportWords.Items(report.Document, "applications").Where(r => ReportWords.Text(r, "healthy") is null))
        {
            if (ReportWords.Text(row, "application") is { } name && told.Add(name))
            {
                var release = approvals[name].FirstOrDefault();
                var waits = release is null ? "" : $" {release} waits for an approval.";
                yield return new LossLine(report.Report.Id, cluster, name, $"{ReportWords.Text(row, "sentence")}{waits}", Approve(release), release is not null);
            }
        }
    }

    private static string? Approve(string? release) => release is null ? null : $"kairship approve {release}";
}
