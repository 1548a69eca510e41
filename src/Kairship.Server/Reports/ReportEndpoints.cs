using Kairship.Api.Reports;
using Kairship.Server.Access;
using Kairship.Server.Problems;

namespace Kairship.Server.Reports;

internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder api)
    {
        var reports = api.MapGroup("/reports").WithTags("Reports");
        reports.MapGet("", async (ReportBook book, Paging paging, CancellationToken cancellationToken, string? kind = null) =>
            (await book.ListAsync(kind, paging, cancellationToken)).ToOk()).WithSummary("Reports of lost clusters and drills, newest first").RequireAuthorization(Policies.Read);
        reports.MapGet("/{id}", async (string id, ReportBook book, CancellationToken cancellationToken) => (await book.GetAsync(id, cancellationToken)).ToOk())
            .WithSummary("One report with its times").RequireAuthorization(Policies.Read);
    }
}
