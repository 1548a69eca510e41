using Kairship.Api.Approvals;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Approvals;

internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        var approvals = api.MapGroup("/approvals").WithTags("Approvals");
        approvals.MapGet("", async (ApprovalService service, Paging paging, CancellationToken cancellationToken, bool pending = false) =>
            TypedResults.Ok(await service.ListAsync(pending, paging, cancellationToken)))
            .WithSummary("Newest first; ?pending=true: only those that wait").RequireAuthorization(Policies.Read);
        approvals.MapGet("/{id}", async (string id, ApprovalService service, CancellationToken cancellationToken) =>
            (await service.GetAsync(RouteText.Id(id), cancellationToken)).ToOk())
            .WithSummary("One approval, by its id or by the id of the release that waits").RequireAuthorization(Policies.Read);
        approvals.MapPost("/{id}/decisions", DecideAsync)
            .WithSummary("Approves or rejects, as the caller, with the caller's roles").RequireAuthorization(Policies.Decide).Audited("approval.decide");
    }

    private static async Task<Results<Ok<ApprovalInfo>, ProblemHttpResult>> DecideAsync(
        string id, DecideApprovalRequest request, ApprovalService service, HttpContext context, CancellationToken cancellationToken)
    {
        context.AuditSubject(RouteText.Id(id), request.Approve ? "approve" : "reject");
        return (await service.DecideAsync(RouteText.Id(id), request, Caller.NameOf(context.User), Caller.RolesOf(context.User), cancellationToken)).ToOk();
    }
}
