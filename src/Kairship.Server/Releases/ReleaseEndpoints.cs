using System.Security.Cryptography;
using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Kairship.Server.Releases;

internal static class ReleaseEndpoints
{
    private const int MaxKeyLength = 200;

    public static void MapReleases(this IEndpointRouteBuilder api)
    {
        api.MapPost("/applications/{name}/releases", StartAsync).WithTags("Releases")
            .WithSummary("Starts a release; with an Idempotency-Key header the same call twice starts one")
            .RequireAuthorization(Policies.Deploy).Audited("release.start");

        var releases = api.MapGroup("/releases").WithTags("Releases");
        releases.MapGet("", async (ReleaseQueries queries, Paging paging, CancellationToken cancellationToken, string? application = null) =>
            TypedResults.Ok(await queries.ListAsync(application, paging, cancellationToken))).WithSummary("Newest first").RequireAuthorization(Policies.Read);
        releases.MapGet("/{id}", GetAsync).WithSummary("One release with its clusters and story; If-None-Match answers 304 while nothing changes")
            .Produces<ReleaseDetail>().RequireAuthorization(Policies.Read);
        releases.MapGet("/{id}/plan", async (string id, ReleaseQueries queries, CancellationToken cancellationToken) =>
            (await queries.GetPlanAsync(id, cancellationToken)).ToOk()).WithSummary("The plan that the release was made by").RequireAuthorization(Policies.Read);
        Act(releases, "pause", "Starts nothing new; what runs is finished", (control, id, by, reason, ct) => control.PauseAsync(id, by, reason, ct));
        Act(releases, "resume", "Goes on after a pause", (control, id, by, reason, ct) => control.ResumeAsync(id, by, reason, ct));
        Act(releases, "abort", "Takes the canary away; stable stays", (control, id, by, reason, ct) => control.AbortAsync(id, by, reason, ct));
        Act(releases, "rollback", "Goes back to the revision before", (control, id, by, reason, ct) => control.RollBackAsync(id, by, reason, ct));
    }

    private static void Act(
        RouteGroupBuilder releases, string action, string summary,
        Func<ReleaseControl, string, string, string?, CancellationToken, Task<Answer<ReleaseInfo>>> act) =>
        releases.MapPost($"/{{id}}/{action}", async Task<Results<Ok<ReleaseInfo>, ProblemHttpResult>> (
            string id, [FromBody] ReleaseActionRequest? request, ReleaseControl control, HttpContext context, CancellationToken cancellationToken) =>
        {
            context.AuditSubject(id, request?.Reason);
            return (await act(control, id, Caller.NameOf(context.User), request?.Reason, cancellationToken)).ToOk();
        }).WithSummary(summary).RequireAuthorization(Policies.Deploy).Audited($"release.{action}");

    private static async Task<Results<Created<ReleaseInfo>, ProblemHttpResult>> StartAsync(
        string name, StartReleaseRequest request, ReleaseStarter starter, HttpContext context, CancellationToken cancellationToken)
    {
        var by = Caller.NameOf(context.User);
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > MaxKeyLength)
        {
            return Refusal.BadRequest($"The Idempotency-Key has {key.Length} characters; at most {MaxKeyLength} are taken.").ToResult();
        }

        var answer = await starter.StartAsync(
            new ReleaseOrder(name, request.Source, request.Images, request.Revision, request.Workflow, by, key.Length > 0 ? $"api:{by}:{name}:{key}" : null),
            cancellationToken);
        context.AuditSubject(answer.Value?.Id ?? name, answer.Value is { } release ? $"revision {release.Revision}, workflow {release.Workflow}" : null);
        return answer.ToCreated(r => $"/api/v1/releases/{r.Id}");
    }

    private static async Task<IResult> GetAsync(string id, ReleaseQueries queries, HttpContext context, CancellationToken cancellationToken)
    {
        var answer = await queries.GetAsync(id, cancellationToken);
        if (answer.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(answer.Granted, WireJson.Options);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 8))}\"", isWeak: true);
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "no-cache";
        var seen = context.Request.GetTypedHeaders().IfNoneMatch;
        return seen.Any(s => s.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(body, "application/json; charset=utf-8");
    }
}
