using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Server.Studio;

namespace Kairship.Server.Reports.Pages;

/// <summary>
/// Reports for a browser, made here: they work without scripts but for signing out. Unlike the designer's pages they hold what is somebody's, so that whoever is not signed in is sent to do that,
/// and comes back.
/// </summary>
internal static class ReportPages
{
    private const string Root = "/reports";
    private const int Shown = 200;

    public static void MapReportPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Root).ExcludeFromDescription().AllowAnonymous();
        pages.MapMethods("", ["GET", "HEAD"], ListAsync);
        pages.MapMethods("/{id}", ["GET", "HEAD"], ShowAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ReportBook book, CancellationToken cancellationToken)
    {
        if (SignIn(context) is { } away)
        {
            return away;
        }

        var reports = (await book.ListAsync(null, new Paging(0, Shown), cancellationToken)).Granted;
        return Page(context, ReportFrame.Around("Reports", context.User, isLive: false, page => ReportContents.List(page, reports)));
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext context, ReportBook book, TimeProvider time, CancellationToken cancellationToken)
    {
        if (SignIn(context) is { } away)
        {
            return away;
        }

        var answer = await book.GetAsync(id, cancellationToken);
        return answer.Value is { } report
            ? Page(context, ReportFrame.Around(report.Report.Title, context.User, !report.Report.IsOver, page => ReportContents.Whole(page, report, time.GetUtcNow())))
            : Page(context, ReportFrame.Around("No such report", context.User, false, page => page.Add($"<h1>There is no such report</h1><p>{answer.Refusal!.Detail}</p>")), StatusCodes.Status404NotFound);
    }

    /// <summary>Whoever may call the API at all may read reports.</summary>
    private static IResult? SignIn(HttpContext context) => context.User.Identity?.IsAuthenticated == true ? null
        : TypedResults.Redirect($"/sign-in?return={Uri.EscapeDataString(context.Request.Path + context.Request.QueryString)}");

    private static IResult Page(HttpContext context, string html, int status = StatusCodes.Status200OK)
    {
        PageHeaders.AddStrict(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(html, "text/html; charset=utf-8", statusCode: status);
    }
}
