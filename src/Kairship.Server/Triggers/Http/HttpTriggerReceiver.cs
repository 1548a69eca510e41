using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Kairship.Server.Triggers.Http;

/// <summary>
/// Takes one request to a workflow: finds whom it is for, checks what its endpoint asks for, starts or resumes durably, and answers with what the workflow wrote, or with 202
/// and the instance's id when that takes longer than the endpoint allows.
/// </summary>
internal sealed class HttpTriggerReceiver(
    HttpTargets targets, HttpResponseWaiter responses, WorkflowRuntime runtime, IAuthorizationService authorization, IAuthorizationPolicyProvider policies)
{
    public const string InstanceHeader = "x-elsa-workflow-instance-id";

    private const int MaxKey = 200;

    public async Task<IResult> ReceiveAsync(HttpContext context, string path, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length > MaxKey)
        {
            return Refusal.BadRequest($"Idempotency-Key is longer than {MaxKey} characters.").ToResult();
        }

        var id = key.Length == 0 ? Guid.NewGuid().ToString("N") : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Method} {path} {key}")))[..32];
        var instanceId = Asked(request, "workflowInstanceId", InstanceHeader);
        if (instanceId is not null && key.Length > 0 && await responses.LookAsync(instanceId, id, cancellationToken) is { Response: { } before })
        {
            return new HttpWorkflowResult(instanceId, before);
        }

        var found = await targets.FindAsync(request.Method, path, instanceId, Asked(request, "correlationId", "x-correlation-id"), cancellationToken);
        if (found.Refusal is { } missing)
        {
            return missing.ToResult();
        }

        var target = found.Granted;
        if (target.Authorize && await RefuseAsync(context, target) is { } stop)
        {
            return stop;
        }

        var (content, wrong) = await HttpContentReader.ReadAsync(request, target.SizeLimit, cancellationToken);
        if (wrong is not null)
        {
            return wrong.ToResult();
        }

        var stimulus = Stimulus(target, request, path, id, content) with { By = target.Authorize ? Caller.NameOf(context.User) : null };
        var (instance, refusal) = await SendAsync(target, stimulus, id, cancellationToken);
        if (refusal is not null)
        {
            return refusal.ToResult();
        }

        context.AuditSubject(instance!, target.Key.Key);
        var atMost = request.Headers["Prefer"].ToString().Contains("respond-async", StringComparison.OrdinalIgnoreCase) ? TimeSpan.Zero : target.Timeout;
        return Result(instance!, await responses.WaitAsync(instance!, id, atMost, cancellationToken));
    }

    private static Stimulus Stimulus(HttpTarget target, HttpRequest request, string path, string id, JsonNode? content) => new(target.Key, new JsonObject
    {
        ["id"] = id,
        ["method"] = request.Method,
        ["path"] = path,
        ["contentType"] = request.ContentType,
        ["query"] = HttpValues.Query(request),
        ["headers"] = HttpValues.Headers(request),
        ["content"] = content,
    });

    private async Task<(string? InstanceId, Refusal? Refusal)> SendAsync(HttpTarget target, Stimulus stimulus, string id, CancellationToken cancellationToken)
    {
        if (target.Trigger is { } trigger)
        {
            var started = await runtime.StartTriggerAsync(trigger, stimulus, null, $"http:{id}", cancellationToken);
            return started.Started ? (started.InstanceId, null) : (null, Refusal.Unprocessable(started.Problem ?? "The workflow could not be started."));
        }

        return await runtime.SignalAsync(target.InstanceId!, stimulus, $"http:{id}", cancellationToken) is PostOutcome.Posted or PostOutcome.Duplicate
            ? (target.InstanceId, null)
            : (null, Refusal.Conflict("The workflow instance that waited for this request has just ended."));
    }

    private async Task<IResult?> RefuseAsync(HttpContext context, HttpTarget target)
    {
        if (context.User.Identity?.IsAuthenticated != true)
        {
            await context.ChallengeAsync();
            return Results.Empty;
        }

        // A policy that is not there lets nobody in.
        var wanted = target.Policy is { } name ? await policies.GetPolicyAsync(name) : null;
        return target.Policy is null || wanted is not null && (await authorization.AuthorizeAsync(context.User, wanted)).Succeeded
            ? null
            : Refusal.Forbidden(wanted is null ? $"The endpoint asks for the policy '{target.Policy}', which this server does not have." : Policies.Explain(target.Policy)).ToResult();
    }

    private static IResult Result(string instanceId, HttpOutcome outcome) => outcome switch
    {
        { Response: { } response } => new HttpWorkflowResult(instanceId, response),
        { Status: InstanceStatus.Finished } => HttpWorkflowResult.Status(instanceId, StatusCodes.Status200OK, "Finished"),
        { Status: InstanceStatus.Faulted or InstanceStatus.Cancelled or null } => new HttpWorkflowResult(instanceId, new JsonObject
        {
            ["status"] = StatusCodes.Status422UnprocessableEntity,
            ["contentType"] = "application/problem+json",
            ["content"] = new JsonObject
            {
                ["status"] = StatusCodes.Status422UnprocessableEntity,
                ["title"] = ProblemTitles.Of(StatusCodes.Status422UnprocessableEntity),
                ["detail"] = $"The workflow instance {instanceId} ended without a response ({outcome.Status?.ToString() ?? "gone"}): its operators see why in its incidents.",
            }.ToJsonString(),
        }),
        _ => HttpWorkflowResult.Status(instanceId, StatusCodes.Status202Accepted, outcome.Status.ToString()!),
    };

    private static string? Asked(HttpRequest request, string query, string header) =>
        request.Query[query].FirstOrDefault() is { Length: > 0 } asked ? asked : request.Headers[header].FirstOrDefault() is { Length: > 0 } given ? given : null;
}

/// <summary>A response that a workflow wrote.</summary>
internal sealed class HttpWorkflowResult(string instanceId, JsonObject response) : IResult
{
    public static HttpWorkflowResult Status(string instanceId, int status, string standing) => new(instanceId, new JsonObject
    {
        ["status"] = status,
        ["contentType"] = "application/json",
        ["content"] = new JsonObject { ["workflowInstanceId"] = instanceId, ["status"] = standing }.ToJsonString(),
    });

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var answer = httpContext.Response;
        answer.StatusCode = response["status"]?.GetValue<int>() ?? StatusCodes.Status200OK;
        foreach (var (name, value) in response["headers"] as JsonObject ?? [])
        {
            answer.Headers[name] = value?.ToString();
        }

        answer.Headers[HttpTriggerReceiver.InstanceHeader] = instanceId;
        var content = response["content"]?.GetValue<string>() ?? "";
        if (content.Length > 0 && answer.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified))
        {
            answer.ContentType = response["contentType"]?.GetValue<string>() ?? "text/plain";
            await answer.WriteAsync(content, httpContext.RequestAborted);
        }
    }
}
