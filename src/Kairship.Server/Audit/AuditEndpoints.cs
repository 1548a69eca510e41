using Kairship.Api;
using Kairship.Api.Audit;
using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Storage.Access;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Audit;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", async (AccessStore access, Paging paging, CancellationToken cancellationToken) =>
        {
            var page = await access.ListAuditAsync(new PageRequest(paging.Skip, paging.Take), cancellationToken);
            return TypedResults.Ok(new PageOf<AuditLine>(
                [.. page.Items.Select(e => new AuditLine(e.Sequence, e.At, e.Who, e.Action, e.Subject, e.Status, e.Detail))], page.Total));
        }).WithTags("Audit").WithSummary("Who changed what, newest first").RequireAuthorization(Policies.Administer);
}
