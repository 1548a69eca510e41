using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <content>What others ask of instances.</content>
public sealed partial class WorkflowRuntime
{
    /// <summary>Starts an instance: it exists durably when this returns, and runs soon.</summary>
    public async Task<StartResult> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        var (record, refused) = await VersionToRunAsync(request, cancellationToken);
        if (record is null)
        {
            return refused!;
        }

        var compiled = await catalog.CompileAsync(record, cancellationToken);
        if (compiled.Graph is not { } graph)
        {
            return new StartResult(StartOutcome.DefinitionInvalid, null, $"Definition '{request.DefinitionId}' version {record.Version} does not compile: {Errors(compiled.Problems)}")
            {
                Definition = compiled.Problems,
            };
        }

        if ((Inputs(graph, request.Input, out var input) ?? bounds.Problem(request, input)) is { } problem)
        {
            return new StartResult(StartOutcome.InputInvalid, null, problem);
        }

        var now = time.GetUtcNow();
        var state = NewState(request, graph, input, request.InstanceId ?? Guid.CreateVersion7(now).ToString("N"));
        var bytes = StateSerializer.Write(state);
        if (bytes.Length > options.Limits.MaxStateBytes)
        {
            return new StartResult(StartOutcome.InputInvalid, null, $"The input makes a state of {bytes.Length} bytes; at most {options.Limits.MaxStateBytes} are allowed (MaxStateBytes).");
        }

        var created = await CreateAsync(
            new NewInstance(state.Id, graph.DefinitionId, graph.VersionId, graph.Version, request.Name, request.CorrelationId, request.ParentInstanceId, bytes,
                (request.DedupeKey is { } key ? bounds.Key(key) : null) ?? (request.InstanceId is { } id ? $"instance:{id}" : null), now),
            cancellationToken);
        if (request is { ParentInstanceId: { } parent, ParentDoesNotWait: false })
        {
            await CancelOrphanAsync(created.InstanceId, parent, cancellationToken);
        }

        return new StartResult(created.Created ? StartOutcome.Started : StartOutcome.Duplicate, created.InstanceId);
    }

    /// <summary>Sends a stimulus to one instance. Durable when this returns; when no wait matches it yet, it stays in the inbox until one does or the instance ends.
    /// All waits of the instance that match at that moment are resumed. <see cref="PostOutcome.Full"/> and <see cref="PostOutcome.TooLarge"/>: it was not sent.</summary>
    public Task<PostOutcome> SignalAsync(string instanceId, Stimulus stimulus, string dedupeKey, CancellationToken cancellationToken) =>
        PostAsync(instanceId, stimulus, dedupeKey, InboxPayload.Of(stimulus), cancellationToken);

    /// <summary>Lets a quarantined instance run again. False when there is no such instance or it is finished.</summary>
    public async Task<bool> LiftQuarantineAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        var lifted = await store.SetQuarantineAsync(instanceId, null, cancellationToken);
        if (lifted)
        {
            Dispatch(instanceId);
        }

        return lifted;
    }

    private async Task<PostOutcome> PostAsync(string instanceId, Stimulus stimulus, string dedupeKey, byte[] payload, CancellationToken cancellationToken)
    {
        var outcome = bounds.IsTooLarge(stimulus, payload.Length) ? PostOutcome.TooLarge
            : RequestLimits.ComesOnce(stimulus) ? await store.PostAndReopenAsync(instanceId, bounds.Key(dedupeKey), payload, cancellationToken)
            : await store.PostAsync(instanceId, bounds.Key(dedupeKey), payload, bounds.Room(stimulus), cancellationToken);
        if (outcome is PostOutcome.Full or PostOutcome.TooLarge)
        {
            logger.SignalRefused(instanceId, stimulus.Key.Name, outcome);
        }

        if (outcome is PostOutcome.Posted or PostOutcome.Duplicate)
        {
            Dispatch(instanceId);
        }

        return outcome;
    }

    /// <summary>The version to start. A draft is frozen first, so that no save changes it under the instance.</summary>
    private async Task<(DefinitionRecord? Record, StartResult? Refused)> VersionToRunAsync(StartRequest request, CancellationToken cancellationToken)
    {
        while (await FindVersionAsync(request, cancellationToken) is { } record && record.DefinitionId == request.DefinitionId)
        {
            if (!DefinitionChange.IsDraft(record))
            {
                return (record, null);
            }

            if (!request.RunDraft)
            {
                return (null, new StartResult(StartOutcome.IsDraft, null,
                    $"Version {record.Version} of '{request.DefinitionId}' is a draft: publish it, or ask to run the draft, which freezes it."));
            }

            // Only what compiles is frozen.
            if (!(await catalog.CompileAsync(record, cancellationToken)).Succeeded)
            {
                return (record, null);
            }

            if (await catalog.FreezeAsync(record, cancellationToken) is { } frozen)
            {
                return (frozen, null);
            }
        }

        var wanted = request.VersionId is null ? Describe(request.VersionOption) : $"version with the id '{request.VersionId}' of";
        return (null, new StartResult(StartOutcome.DefinitionNotFound, null, $"There is no {wanted} definition '{request.DefinitionId}'."));
    }

    private Task<DefinitionRecord?> FindVersionAsync(StartRequest request, CancellationToken cancellationToken) => request.VersionId is { } versionId
        ? store.GetDefinitionVersionAsync(versionId, cancellationToken)
        : store.FindDefinitionAsync(request.DefinitionId, request.VersionOption, cancellationToken);

    /// <summary>Converts declared inputs; null when all is well, otherwise what is wrong.</summary>
    private static string? Inputs(WorkflowGraph graph, JsonObject given, out JsonObject input)
    {
        input = [];
        foreach (var (name, value) in given)
        {
            var declared = graph.Inputs.FirstOrDefault(i => string.Equals(i.Name, name, StringComparison.OrdinalIgnoreCase));
            try
            {
                var type = declared is null ? "Object" : declared.IsArray ? $"List<{declared.Type}>" : declared.Type;
                input[declared?.Name ?? name] = TypedValue.Convert(value, type)?.DeepClone();
            }
            catch (ExpressionException e)
            {
                return $"Input '{name}': {(Execution.Journaling.GraphJournal.Of(graph).IsSensitive(name) ? "the value does not have its type." : e.Message)}";
            }
        }

        return null;
    }

    private static InstanceState NewState(StartRequest request, WorkflowGraph graph, JsonObject input, string id) => new()
    {
        Id = id,
        DefinitionId = graph.DefinitionId,
        VersionId = graph.VersionId,
        Version = graph.Version,
        ContentHash = graph.ContentHash,
        Name = request.Name,
        CorrelationId = request.CorrelationId,
        ParentInstanceId = request.ParentInstanceId,
        ParentKey = request.ParentKey,
        ParentTag = request.ParentTag,
        ParentDoesNotWait = request.ParentDoesNotWait,
        Depth = request.Depth,
        StartedBy = request.StartedBy ?? request.TriggeredBy?.By,
        RootInstanceId = request.RootInstanceId,
        Hops = request.TriggeredBy?.Hops ?? 0,
        Input = input.Count == 0 ? null : input,
        Trigger = request.TriggerActivityId is { } trigger
            ? new TriggerState(trigger, request.TriggeredBy?.Key.Name ?? "", request.TriggeredBy?.Key.Key ?? "", request.TriggeredBy?.Payload?.DeepClone())
            : null,
    };

    private static string Describe(VersionOption option) => option switch
    {
        { Number: { } number } => $"version {number} of",
        { Published: true } => "published",
        _ => "",
    };
}
