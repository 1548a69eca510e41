using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Applications;
using Kairship.Api.Releases;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Server.Releases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Applications;

internal static class ApplicationEndpoints
{
    private const string Yaml = "application/yaml";

    public static void MapApplications(this IEndpointRouteBuilder api)
    {
        var applications = api.MapGroup("/applications").WithTags("Applications");
        applications.MapMethods("", [HttpMethods.Put, HttpMethods.Post], ApplyAsync)
            .WithSummary("Makes or changes an application: YAML as application/yaml, or JSON {\"yaml\": ...}. Karmada's policies go into the application that they select")
            .Accepts<ApplyApplicationRequest>("application/json", Yaml, "application/x-yaml", "text/yaml")
            .WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Deploy).Audited("application.apply");
        applications.MapGet("", async (ApplicationService service, Paging paging, CancellationToken cancellationToken) =>
            TypedResults.Ok(await service.ListAsync(paging, cancellationToken))).WithSummary("All applications by name").RequireAuthorization(Policies.Read);
        applications.MapGet("/{name}", async (string name, ApplicationService service, CancellationToken cancellationToken) =>
            (await service.GetAsync(name, cancellationToken)).ToOk()).WithSummary("One application").RequireAuthorization(Policies.Read);
        applications.MapDelete("/{name}", async (
                string name, ApplicationRemoval removal, HttpContext context, CancellationToken cancellationToken,
                bool keepObjects = false, bool namespaces = false, bool definitions = false) =>
            {
                context.AuditSubject(name, keepObjects ? "objects kept" : null);
                return (await removal.RemoveAsync(name, new RemovalOrder(keepObjects, namespaces, definitions), cancellationToken)).ToOk();
            })
            .WithSummary("Deletes an application with its objects in all clusters; what could not be deleted is told, and the application then stays")
            .RequireAuthorization(Policies.Administer).Audited("application.delete");
        applications.MapGet("/{name}/history", HistoryAsync).WithSummary("Its releases, newest first").RequireAuthorization(Policies.Read);
        applications.MapGet("/{name}/revisions", async (string name, ApplicationService service, Paging paging, CancellationToken cancellationToken) =>
            (await service.ListRevisionsAsync(name, paging, cancellationToken)).ToOk())
            .WithSummary("Its revisions, newest first").RequireAuthorization(Policies.Read);
        applications.MapPost("/{name}/plan", async (string name, PlanRequest request, PlanService service, HttpContext context, CancellationToken cancellationToken) =>
            (await service.PlanAsync(name, request, Caller.NameOf(context.User), cancellationToken)).ToOk())
            .WithSummary("What a release would do in each cluster; writes nothing").RequireAuthorization(Policies.Deploy);
    }

    private static async Task<Results<Ok<AppliedApplication>, Created<AppliedApplication>, ProblemHttpResult>> ApplyAsync(
        HttpContext context, ApplicationService service, CancellationToken cancellationToken, string? application = null)
    {
        var answer = await service.ApplyAsync(await ReadYamlAsync(context, cancellationToken), application, context.User.IsInRole(Roles.Admin), cancellationToken);
        if (answer.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        context.AuditSubject(answer.Granted.Name, answer.Granted.Change);
        return answer.Granted.Change == "created"
            ? TypedResults.Created($"/api/v1/applications/{answer.Granted.Name}", answer.Granted)
            : TypedResults.Ok(answer.Granted);
    }

    private static async Task<string> ReadYamlAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Request.HasJsonContentType())
        {
            var request = await JsonSerializer.DeserializeAsync<ApplyApplicationRequest>(context.Request.Body, WireJson.Options, cancellationToken);
            return request?.Yaml ?? "";
        }

        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task<Results<Ok<PageOf<ReleaseInfo>>, ProblemHttpResult>> HistoryAsync(
        string name, ReleaseQueries releases, ApplicationService applications, Paging paging, CancellationToken cancellationToken)
    {
        var application = await applications.GetAsync(name, cancellationToken);
        return application.Refusal is { } refusal ? refusal.ToResult() : TypedResults.Ok(await releases.ListAsync(name, paging, cancellationToken));
    }
}
