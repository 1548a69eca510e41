using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Access;
using Kairship.Server.Audit;
using Kairship.Server.Elsa.Instances;
using Kairship.Server.Problems;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kairship.Server.Workflows;

/// <summary>Starts an instance of any published workflow. Releases have an endpoint of their own, which takes the application's lease first.</summary>
internal static class RunEndpoint
{
    private const int MaxText = 200;
    private const string KeyHeader = "Idempotency-Key";

    public static void MapRun(this IEndpointRouteBuilder api) =>
        api.MapPost("/workflows/{id}/run", RunAsync).WithTags("Workflows").WithSummary("Starts an instance of the published version")
            .WithMetadata(BodyLimit.OneMegabyte).RequireAuthorization(Policies.Publish).Audited("workflow.run");

    private static async Task<Results<Accepted<InstanceInfo>, ProblemHttpResult>> RunAsync(
        string id, RunWorkflowRequest request, HttpContext context, WorkflowRuntime runtime, DefinitionCatalog catalog, IWorkflowStore store,
        CancellationToken cancellationToken)
    {
        var key = context.Request.Headers[KeyHeader].ToString();
        if (key.Length > MaxText)
        {
            return Refusal.BadRequest($"{KeyHeader} has at most {MaxText} characters.").ToResult();
        }

        if (request.Input is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            return Refusal.BadRequest("'input' is an object: {\"input\": {\"name\": value}}.").ToResult();
        }

        var definition = RouteText.Id(id);
        var wanted = request.Version is { } version ? VersionOption.Exactly(version) : VersionOption.PublishedOnly;
        var found = await store.FindDefinitionAsync(definition, wanted, cancellationToken);
        context.AuditSubject(definition);
        if (found is not null && (await catalog.CompileAsync(found.VersionId, cancellationToken))?.Graph is { } graph && ReleaseBond.RunBy(graph) is { } bound)
        {
            return bound.ToResult();
        }

        var started = await runtime.StartAsync(
            new StartRequest
            {
                DefinitionId = definition,
                VersionId = found?.VersionId,
                VersionOption = wanted,
                Input = request.Input is { ValueKind: JsonValueKind.Object } input ? JsonObject.Create(input)! : [],
                CorrelationId = string.IsNullOrEmpty(request.CorrelationId) ? null : request.CorrelationId,
                Name = request.Name,
                DedupeKey = key.Length > 0 ? $"run:{Caller.NameOf(context.User)}:{key}" : null,
                StartedBy = Caller.NameOf(context.User),
            },
            cancellationToken);
        context.AuditSubject(definition, started.InstanceId);
        return started.Started && await store.GetInstanceAsync(started.InstanceId!, cancellationToken) is { } instance
            ? TypedResults.Accepted($"/api/v1/instances/{started.InstanceId}", WorkflowInfos.Of(instance))
            : Refused(id, started).ToResult();
    }

    private static Refusal Refused(string id, StartResult started) => started.Outcome switch
    {
        StartOutcome.DefinitionNotFound => Refusal.NotFound(started.Problem ?? $"There is no published workflow '{id}'."),
        StartOutcome.InputInvalid => Refusal.BadRequest(started.Problem ?? "The inputs do not fit the workflow."),
        StartOutcome.Started or StartOutcome.Duplicate => Refusal.Conflict($"Instance {started.InstanceId}, which this key started, is pruned."),
        _ => Refusal.Conflict(started.Problem ?? $"Workflow '{id}' cannot be run: {started.Outcome}."),
    };
}
