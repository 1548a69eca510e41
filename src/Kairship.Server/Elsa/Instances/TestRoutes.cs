using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;

namespace Kairship.Server.Elsa.Instances;

/// <summary>The test of one activity.</summary>
internal static class TestRoutes
{
    public static void MapElsaTests(this IEndpointRouteBuilder elsa) =>
        elsa.MapPost("/tests/activities", TestAsync).WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Publish).Audited("activity.test");

    private static async Task<IResult> TestAsync(HttpContext context, ActivityTester tester, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<ActivityTestRequest>(context, cancellationToken);
        var answer = await tester.RunAsync(request, cancellationToken);
        context.AuditSubject(
            request.WorkflowDefinitionHandle?.DefinitionVersionId ?? request.WorkflowDefinitionHandle?.DefinitionId, $"{request.ActivityHandle?.Id}: {answer.Value?.Status ?? "refused"}");
        return InstanceRoutes.Told(answer);
    }
}
