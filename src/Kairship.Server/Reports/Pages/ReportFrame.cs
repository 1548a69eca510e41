using System.Security.Claims;
using Kairship.Server.Access;

namespace Kairship.Server.Reports.Pages;

/// <summary>What stands around the contents of a report's page: the same bar as over the designer.</summary>
internal static class ReportFrame
{
    private const int RefreshSeconds = 5;

    /// <param name="isLive">It changes still: the browser asks again.</param>
    public static string Around(string title, ClaimsPrincipal user, bool isLive, Action<Markup> content)
    {
        var page = new Markup();
        page.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        if (isLive)
        {
            page.Add($"<meta http-equiv=\"refresh\" content=\"{RefreshSeconds}\">\n");
        }

        page.Add($"<title>{title} · Kairship</title>\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"/assets/kairship.svg\">\n<link rel=\"stylesheet\" href=\"/assets/kairship.css\">\n");
        page.Add($"<link rel=\"stylesheet\" href=\"/assets/reports.css\">\n<script type=\"module\" src=\"/assets/reports.js\"></script>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
        page.Add($"<header class=\"bar\"><a class=\"brand\" href=\"/workflows\"><img src=\"/assets/kairship.svg\" alt=\"\" width=\"26\" height=\"26\"><span>Kairship</span></a>\n");
        page.Add($"<nav aria-label=\"Main\"><a href=\"/workflows\">Workflows</a><a href=\"/workflows/instances\">Instances</a><a href=\"/reports\" aria-current=\"page\">Reports</a></nav>\n");
        page.Add($"<div class=\"who\"><span>{Caller.NameOf(user)}</span><ul aria-label=\"Roles\">");
        foreach (var role in Caller.RolesOf(user))
        {
            page.Add($"<li>{role}</li>");
        }

        page.Add($"</ul><button type=\"button\" id=\"sign-out\" class=\"quiet\">Sign out</button></div></header>\n<main id=\"main\" class=\"reports\" tabindex=\"-1\">\n");
        content(page);
        page.Add($"\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>Met, missed, open, or nothing was promised.</summary>
    public static void Badge(Markup page, bool? isMet, bool isOver)
    {
        var (kind, word) = isMet switch { true => ("met", "Met"), false => ("missed", "Missed"), _ => isOver ? ("open", "Over") : ("open", "Open") };
        page.Add($"<span class=\"badge {kind}\">{word}</span>");
    }
}
