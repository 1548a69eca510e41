using System.Text.Json.Nodes;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>
/// Runs one activity, really: the engine, its inputs, its effect. In an engine of its own over a store in memory, so that nothing is left of it: no definition in the lists, no trigger, no instance
/// that somebody finds waiting after a crash.
/// </summary>
internal sealed class ActivityTester(IWorkflowStore store, DefinitionCatalog catalog, DefinitionCompiler compiler, TimeProvider time, ILogger<WorkflowRuntime> logger) : IDisposable
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim room = new(AtOnce);

    public void Dispose() => room.Dispose();

    public async Task<Answer<ActivityTestResult>> RunAsync(ActivityTestRequest request, CancellationToken cancellationToken)
    {
        if (request is not { WorkflowDefinitionHandle: { } version, ActivityHandle.Id: { } activityId })
        {
            return Refusal.BadRequest("The body is {\"workflowDefinitionHandle\": {\"definitionVersionId\": \"...\"}, \"activityHandle\": {\"activityId\": \"...\"}}.");
        }

        if (await FindAsync(version, cancellationToken) is not { } record)
        {
            return Refusal.NotFound("There is no such version of a workflow: save it first.");
        }

        if (ActivityExcerpt.Of(WorkflowDefinition.Parse(record.Json).ToJsonObject(), activityId) is not { } excerpt)
        {
            return Refusal.NotFound($"Version {record.Version} of workflow '{record.DefinitionId}' has no activity '{activityId}': save it first.");
        }

        var compiled = await catalog.ValidateAsync(excerpt.ToJsonString(), cancellationToken);
        if (compiled.Graph is not { } graph)
        {
            return ActivityTestResult.NotRun(string.Join(" ", compiled.Problems.Where(p => p.IsError).Take(5).Select(p => p.Property is null ? p.Message : $"{p.Property}: {p.Message}")));
        }

        if (WhyNot(graph.Root) is { } why)
        {
            return ActivityTestResult.NotRun(why);
        }

        if (!await room.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return new Refusal(StatusCodes.Status429TooManyRequests, $"{AtOnce} activities are being tested at this moment, and no more are at once: try again in a few seconds.");
        }

        try
        {
            return await RunAsync(excerpt.ToJsonString(), cancellationToken);
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>What cannot be tried by itself, or would act where nobody expects it.</summary>
    private static string? WhyNot(ActivityNode node) => node.Descriptor switch
    {
        { Kind: ActivityKind.Trigger } => $"{node.TypeName} waits for what comes from outside, or for its time: run the workflow instead.",
        { Workflow: not null } or { Name: "ExecuteWorkflow" or "DispatchWorkflow" or "BulkDispatchWorkflows" } => $"{node.TypeName} starts another workflow: run that one instead.",
        { Name: "RunTask" } => $"{node.TypeName} waits until somebody completes the task: run the workflow instead.",
        { Name: "PublishEvent" } => $"{node.TypeName} reaches others who wait for the event, and in a test nobody does: run the workflow instead.",
        { Namespace: "Kairship" } => $"{node.TypeName} acts on releases and clusters, and a test must not: start a release with 'kairship release APPLICATION'.",
        _ when HoldsOthers(node) => $"{node.TypeName} contains other activities: test one of them, or run the workflow.",
        _ => null,
    };

    /// <summary>An effect may have places for others that are empty: what follows on a status, for example.</summary>
    private static bool HoldsOthers(ActivityNode node) =>
        node.Descriptor.IsContainer || node.Children.Values.Any(c => c.Count > 0) || (node.Activity is ControlActivity && node.Descriptor.Ports.Any(p => p.Type == PortType.Embedded));

    private async Task<Answer<ActivityTestResult>> RunAsync(string json, CancellationToken cancellationToken)
    {
        var memory = new InMemoryWorkflowStore(time);
        var definitions = new DefinitionCatalog(memory, compiler, time);
        var imported = await definitions.ImportAsync(json, publish: true, cancellationToken);
        if (imported.Definition is not { } definition)
        {
            return ActivityTestResult.NotRun(string.Join(" ", imported.Problems.Where(p => p.IsError).Take(5).Select(p => p.Message)));
        }

        var options = new WorkflowRuntimeOptions { Owner = "activity-test", DrainTimeout = TimeSpan.FromMilliseconds(200) };
        await using var runtime = new WorkflowRuntime(memory, definitions, options, time, logger);
        var started = await runtime.StartAsync(new StartRequest { DefinitionId = definition.DefinitionId }, cancellationToken);
        if (!started.Started)
        {
            return ActivityTestResult.NotRun(started.Problem ?? started.Outcome.ToString());
        }

        await EndAsync(runtime, memory, started.InstanceId!, cancellationToken);
        return await TellAsync(memory, started.InstanceId!, await definitions.GetGraphAsync(definition.VersionId, cancellationToken), cancellationToken);
    }

    /// <summary>Until it has ended, has failed once, waits for what does not come in time, or the time is up.</summary>
    private async Task EndAsync(WorkflowRuntime runtime, InMemoryWorkflowStore memory, string id, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + Patience;
        while (time.GetUtcNow() < deadline && await memory.GetInstanceAsync(id, cancellationToken) is { FinishedAt: null, QuarantineReason: null } instance)
        {
            var settled = instance.Status is InstanceStatus.Suspended;
            if (settled && (instance.DueAt is not { } due || due > deadline))
            {
                return;
            }

            if ((await memory.ReadJournalAsync(id, new PageRequest(0, 1000), cancellationToken)).Items.Any(l => l.Event == "Retrying"))
            {
                return;
            }

            if (settled && instance.DueAt <= time.GetUtcNow())
            {
                await runtime.RunAsync(id, cancellationToken).WaitAsync(Patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else
            {
                await Task.Delay(Look, time, cancellationToken);
            }
        }
    }

    private static async Task<ActivityTestResult> TellAsync(InMemoryWorkflowStore memory, string id, WorkflowGraph? graph, CancellationToken cancellationToken)
    {
        var instance = (await memory.GetInstanceAsync(id, cancellationToken))!;
        var journal = (await memory.ReadJournalAsync(id, new PageRequest(0, 1000), cancellationToken)).Items;
        var execution = ActivityExecutionHistory.Of(journal) is [var first, ..] ? first : null;
        var running = InstanceSnapshot.Read(instance.State, graph).Running.FirstOrDefault(r => r.ExecutionId == execution?.ExecutionId);
        var retrying = journal.LastOrDefault(l => l.Event == "Retrying");
        var payload = new JsonObject { ["Outcomes"] = new JsonArray([.. (execution?.Outcomes ?? []).Select(o => JsonValue.Create(o))]) };
        Add(payload, "Notes", journal.Where(l => l is { Event: "Note", Message: not null }).Select(l => l.Message!));
        Add(payload, "WaitsFor", running is null ? [] : running.DueAt is { } due ? [.. running.WaitingFor, $"{due:u}"] : running.WaitingFor);
        var exception = execution is { ExceptionMessage: { } message } ? new ElsaException(execution.ExceptionType ?? "Fault", message)
            : retrying is not null ? new ElsaException("Retryable", retrying.Message ?? "It failed, and would be tried again.")
            : instance.QuarantineReason is { } reason ? new ElsaException("Quarantined", reason)
            : null;
        return new ActivityTestResult(
            (JsonObject?)(running?.Inputs ?? execution?.Inputs)?.DeepClone() ?? [], (JsonObject?)execution?.Outputs?.DeepClone(), payload, exception,
            exception is not null ? "Faulted" : execution?.Status switch
            {
                ActivityExecutionStatus.Completed => "Completed",
                ActivityExecutionStatus.Faulted => "Faulted",
                ActivityExecutionStatus.Cancelled => "Canceled",
                _ => "Running",
            });
    }

    private static void Add(JsonObject payload, string name, IEnumerable<string> texts)
    {
        if (texts.Take(50).Select(t => (JsonNode?)JsonValue.Create(t)).ToArray() is { Length: > 0 } items)
        {
            payload[name] = new JsonArray(items);
        }
    }

    private Task<DefinitionRecord?> FindAsync(VersionHandle handle, CancellationToken cancellationToken) =>
        handle.DefinitionVersionId is { Length: > 0 } versionId ? store.GetDefinitionVersionAsync(versionId, cancellationToken)
        : handle.DefinitionId is { Length: > 0 } definitionId ? store.FindDefinitionAsync(
            definitionId, string.Equals(handle.VersionOptions, "Published", StringComparison.OrdinalIgnoreCase) ? VersionOption.PublishedOnly : VersionOption.LatestOnly, cancellationToken)
        : Task.FromResult<DefinitionRecord?>(null);
}
