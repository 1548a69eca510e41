using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Server.Elsa.Definitions;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>A wish to run a workflow, as Elsa's clients send it.</summary>
internal sealed record RunRequest
{
    public string? CorrelationId { get; init; }
    public string? Name { get; init; }

    /// <summary>Only dispatching takes it.</summary>
    public string? InstanceId { get; init; }
    public string? TriggerActivityId { get; init; }

    /// <summary>Latest, Published, LatestOrPublished, LatestAndPublished, Draft, or a number. None: the published version, where there is none the latest.</summary>
    public string? VersionOptions { get; init; }
    public JsonElement? Input { get; init; }

    /// <summary>Only dispatching in bulk takes it.</summary>
    public int? Count { get; init; }
}

internal sealed record StartedRun(string InstanceId);

/// <summary>Starts workflows from the designer. Who may publish may run a draft as well: that is to publish it for a moment, and freezes the draft.</summary>
internal sealed partial class WorkflowRuns(IWorkflowStore store, DefinitionCatalog catalog, WorkflowRuntime runtime)
{
    public const int MaxCount = 100;
    private const int MaxText = 200;

    public async Task<Answer<StartedRun>> StartAsync(string definitionId, RunRequest request, string by, string? dedupeKey, CancellationToken cancellationToken)
    {
        if (Problem(request) is { } wrong)
        {
            return wrong;
        }

        if (await FindAsync(definitionId, request.VersionOptions, cancellationToken) is not { } version)
        {
            return Refusal.NotFound($"There is no {request.VersionOptions ?? "version"} of workflow '{definitionId}' that could run.");
        }

        if (await catalog.CompileAsync(version.VersionId, cancellationToken) is not { } compiled)
        {
            return Refusal.Conflict($"Version {version.Version} of workflow '{definitionId}' was changed or deleted meanwhile: try again.");
        }

        if (compiled.Graph is not { } graph)
        {
            return Refusal.Unprocessable(
                $"Version {version.Version} of workflow '{definitionId}' cannot run as it is: each problem names the activity and the property.",
                [.. compiled.Problems.Where(p => p.IsError).Select(WorkflowInfos.Of)]);
        }

        if (ReleaseBond.RunBy(graph) is { } refusal)
        {
            return refusal;
        }

        if (request.TriggerActivityId is { Length: > 0 } trigger && !graph.ById.ContainsKey(trigger))
        {
            return Refusal.Unprocessable($"'triggerActivityId' names '{trigger}', and version {version.Version} of workflow '{definitionId}' has no such activity.");
        }

        return Told(definitionId, await runtime.StartAsync(Start(definitionId, version, request, by, dedupeKey), cancellationToken));
    }

    private static StartRequest Start(string definitionId, DefinitionRecord version, RunRequest request, string by, string? dedupeKey) => new()
    {
        DefinitionId = definitionId,
        VersionId = version.VersionId,
        RunDraft = true,
        Input = request.Input is { ValueKind: JsonValueKind.Object } input ? (JsonObject)WellFormedJson.Checked(JsonObject.Create(input), isSuspect: true)! : [],
        CorrelationId = Given(request.CorrelationId),
        Name = Given(request.Name),
        InstanceId = Given(request.InstanceId),
        TriggerActivityId = Given(request.TriggerActivityId),
        DedupeKey = dedupeKey,
        StartedBy = by,
    };

    private async Task<DefinitionRecord?> FindAsync(string definitionId, string? options, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(options))
        {
            return await VersionChoice.Read(options, VersionSet.Latest).FindAsync(store, definitionId, cancellationToken);
        }

        return await store.FindDefinitionAsync(definitionId, VersionOption.PublishedOnly, cancellationToken)
            ?? await store.FindDefinitionAsync(definitionId, VersionOption.LatestOnly, cancellationToken);
    }

    private static Refusal? Problem(RunRequest request) =>
        request.Input is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined) }
            ? Refusal.BadRequest("'input' is an object: {\"input\": {\"name\": value}}.")
            : new[] { request.CorrelationId, request.Name, request.TriggerActivityId, request.VersionOptions }.Any(t => t?.Length > MaxText)
            ? Refusal.BadRequest($"'correlationId', 'name', 'triggerActivityId' and 'versionOptions' have at most {MaxText} characters.")
            : request.InstanceId is { Length: > 0 } id && !InstanceIds().IsMatch(id)
            ? Refusal.BadRequest("'instanceId' has 1 to 100 letters, digits, dots, dashes and underscores, and begins with a letter or a digit.")
            : request.VersionOptions is { Length: > 0 } options && !Versions().IsMatch(options)
            ? Refusal.BadRequest($"'versionOptions' is Latest, Published, LatestOrPublished, LatestAndPublished, Draft or a version's number, not '{options}'.")
            : null;

    private static Answer<StartedRun> Told(string definitionId, StartResult started) => started.Outcome switch
    {
        StartOutcome.Started or StartOutcome.Duplicate => new StartedRun(started.InstanceId!),
        StartOutcome.DefinitionNotFound => Refusal.NotFound(started.Problem ?? $"There is no workflow '{definitionId}'."),
        StartOutcome.InputInvalid => Refusal.BadRequest(started.Problem ?? "The inputs do not fit the workflow."),
        _ => Refusal.Conflict(started.Problem ?? $"Workflow '{definitionId}' cannot be run: {started.Outcome}."),
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InstanceIds();

    [GeneratedRegex("^(Latest|Published|LatestOrPublished|LatestAndPublished|Draft|[0-9]{1,9})$", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Versions();
}
