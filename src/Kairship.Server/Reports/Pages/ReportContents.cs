using System.Globalization;
using Kairship.Api;
using Kairship.Api.Reports;

namespace Kairship.Server.Reports.Pages;

/// <summary>The contents of the two pages.</summary>
internal static class ReportContents
{
    private const int MostRows = 2000;

    public static void List(Markup page, PageOf<ReportInfo> reports)
    {
        page.Add($"<h1>Reports</h1>\n<p class=\"soft\">What became of lost clusters and of drills: how long it took until all was healthy again, against what was promised.</p>\n");
        if (reports.Items.Count == 0)
        {
            page.Add($"<p>There are none yet. <code>kairship drill run --cluster NAME</code> makes one without touching anything.</p>");
            return;
        }

        page.Add($"<div class=\"wide\" role=\"region\" aria-label=\"Reports\" tabindex=\"0\"><table><thead><tr><th>Report</th><th>Kind</th><th>Begun</th><th>Objective</th><th>What</th></tr></thead><tbody>\n");
        foreach (var report in reports.Items)
        {
            page.Add($"<tr><td><a href=\"/reports/{report.Id}\">{report.Id}</a></td><td>{report.Kind}</td><td class=\"time\">{Time(report.Begun)}</td><td>");
            ReportFrame.Badge(page, report.IsMet, report.IsOver);
            page.Add($"</td><td>{report.Sentence ?? report.Title}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
        if (reports.Total > reports.Items.Count)
        {
            page.Add($"<p class=\"soft\">And {reports.Total - reports.Items.Count} older ones: <code>kairship report list</code> has them.</p>");
        }
    }

    /// <param name="now">Until when what is not over is drawn: it is written only when something has changed.</param>
    public static void Whole(Markup page, ReportDetail detail, DateTimeOffset now)
    {
        var report = detail.Report;
        page.Add($"<h1>{report.Title} ");
        ReportFrame.Badge(page, report.IsMet, report.IsOver);
        page.Add($"</h1>\n<p class=\"lead\">{report.Sentence}</p>\n<p class=\"soft\">{report.Id}, begun {Time(report.Begun)}, written {Time(report.Updated)}. ");
        page.Add($"<a href=\"/api/v1/reports/{report.Id}\">As JSON</a></p>\n");
        var until = report.IsOver ? report.Updated : now;
        var rows = RtoRow.Of(detail, until);
        if (rows.Count > 0)
        {
            page.Add($"<p class=\"legend\"><span class=\"key detect\"></span>until the loss counted <span class=\"key decide\"></span>until it was decided <span class=\"key apply\"></span>until all was written ");
            page.Add($"<span class=\"key heal\"></span>until all was healthy <span class=\"key open\"></span>not there yet <span class=\"key objective\"></span>objective</p>\n");
            page.Add($"<div class=\"wide\" role=\"region\" aria-label=\"Picture\" tabindex=\"0\">");
            RtoPicture.Draw(page, rows, until);
            page.Add($"</div>\n");
            if (rows.Count > RtoPicture.MostBars)
            {
                page.Add($"<p class=\"soft\">The {RtoPicture.MostBars} slowest of {rows.Count} are drawn.</p>");
            }
        }

        NotMoved(page, RtoRow.NotMoved(detail));
        Sentences(page, "Did not come back", RtoRow.Sentences(detail, "notBack"));
        Sentences(page, "What to know of this drill", RtoRow.Sentences(detail, "notes"));
        Times(page, rows);
    }

    private static void NotMoved(Markup page, IReadOnlyList<(string Application, string Verdict, string Sentence)> stayed)
    {
        if (stayed.Count == 0)
        {
            return;
        }

        page.Add($"<h2>Not moved</h2>\n<div class=\"wide\" role=\"region\" aria-label=\"Not moved\" tabindex=\"0\"><table><thead><tr><th>Application</th><th>Decision</th><th>Why</th></tr></thead><tbody>\n");
        foreach (var (application, verdict, sentence) in stayed.Take(MostRows))
        {
            page.Add($"<tr><td>{application}</td><td>{verdict}</td><td>{sentence}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static void Sentences(Markup page, string title, IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0)
        {
            return;
        }

        page.Add($"<h2>{title}</h2>\n<ul>");
        foreach (var sentence in sentences.Take(MostRows))
        {
            page.Add($"<li>{sentence}</li>");
        }

        page.Add($"</ul>\n");
    }

    private static void Times(Markup page, IReadOnlyList<RtoRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        page.Add($"<h2>Times</h2>\n<div class=\"wide\" role=\"region\" aria-label=\"Times\" tabindex=\"0\"><table><thead><tr><th>Application</th><th>From</th><th>In all</th><th>Objective</th><th>Outcome</th><th>Detected</th><th>Decided</th><th>Applied</th><th>Healthy</th></tr></thead><tbody>\n");
        foreach (var row in rows.Take(MostRows))
        {
            page.Add($"<tr><td title=\"{row.Sentence}\">{row.Application}</td><td>{row.From}</td><td class=\"number\">{RtoPicture.Show(row.TotalSeconds)}</td><td class=\"number\">{RtoPicture.Show(row.ObjectiveSeconds)}</td>");
            page.Add($"<td class=\"{(row.Outcome == "Missed" ? "missed" : "")}\">{row.Outcome}</td>");
            foreach (var at in new[] { row.Detected, row.Decided, row.Applied, row.Healthy })
            {
                page.Add($"<td class=\"time\">{(at is { } time ? Clock(time) : "-")}</td>");
            }

            page.Add($"</tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
