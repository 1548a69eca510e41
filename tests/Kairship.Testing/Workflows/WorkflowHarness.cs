using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Testing.Workflows;

/// <summary>
/// An engine in the hand: a runtime on any store with a clock that the test moves. Nothing runs by itself; <see cref="RunDueAsync"/> and <see cref="RunToRestAsync"/> run what is due.
/// </summary>
public sealed class WorkflowHarness : IAsyncDisposable
{
    // One for all tests: script engines are costly to build. With time enough for a process that is held in the middle of one.
    private static readonly ExpressionCompiler Expressions = new(new ExpressionLimits { Time = TimeSpan.FromSeconds(30) });

    private readonly OutboxPump pump;

    public WorkflowHarness(
        IWorkflowStore? store = null, FakeTimeProvider? time = null, EffectLedger? ledger = null, WorkflowRuntimeOptions? options = null,
        IEnumerable<Activity>? activities = null, ILogger<WorkflowRuntime>? logger = null)
    {
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Store = store ?? new InMemoryWorkflowStore(Time);
        Ledger = ledger ?? new EffectLedger();
        Effect = new RecordingEffect(Ledger);
        var registry = new ActivityRegistry(BuiltInActivities.Create(Expressions).Append(Effect).Concat(activities ?? []));
        Compiler = new DefinitionCompiler(registry, Expressions);
        Catalog = new DefinitionCatalog(Store, Compiler, Time);
        options ??= new WorkflowRuntimeOptions { Owner = "harness" };
        Runtime = new WorkflowRuntime(Store, Catalog, options, Time, logger ?? NullLogger<WorkflowRuntime>.Instance, new NoDispatcher());
        pump = new OutboxPump(Store, Runtime, options, Time, NullLogger<OutboxPump>.Instance);
    }

    public FakeTimeProvider Time { get; }
    public IWorkflowStore Store { get; }
    public EffectLedger Ledger { get; }
    public RecordingEffect Effect { get; }
    public DefinitionCompiler Compiler { get; }
    public DefinitionCatalog Catalog { get; }
    public WorkflowRuntime Runtime { get; }

    public async Task ImportAsync(string json)
    {
        var imported = await Catalog.ImportAsync(json, publish: true, CancellationToken.None);
        if (!imported.Succeeded)
        {
            throw new InvalidOperationException(string.Join("; ", imported.Problems.Select(p => $"[{p.ActivityId}.{p.Property}] {p.Code}: {p.Message}")));
        }
    }

    /// <summary>Imports, starts and runs to rest.</summary>
    public async Task<string> RunAsync(string json, JsonObject? input = null)
    {
        await ImportAsync(json);
        var id = await StartAsync(WorkflowDefinition.Parse(json).DefinitionId!, input);
        await RunToRestAsync();
        return id;
    }

    public async Task<string> StartAsync(string definitionId, JsonObject? input = null, string? dedupeKey = null)
    {
        var started = await Runtime.StartAsync(new StartRequest { DefinitionId = definitionId, Input = input ?? [], DedupeKey = dedupeKey }, CancellationToken.None);
        return started.Started ? started.InstanceId! : throw new InvalidOperationException(started.Problem);
    }

    /// <summary>Runs what is due now, and delivers the outbox, until nothing is.</summary>
    public async Task RunDueAsync()
    {
        for (var rounds = 0; rounds < 1000; rounds++)
        {
            var due = await Store.FindDueAsync(Time.GetUtcNow(), 100, CancellationToken.None);
            await Task.WhenAll(due.Select(id => Runtime.RunAsync(id, CancellationToken.None)));
            if (await pump.PumpAsync(CancellationToken.None) == 0 && due.Count == 0)
            {
                return;
            }
        }

        throw new InvalidOperationException("Something is due again and again.");
    }

    /// <summary>Runs what is due, moving the clock to the next due time, until nothing waits for time.</summary>
    public async Task RunToRestAsync()
    {
        await RunDueAsync();
        while (await Store.NextDueAsync(CancellationToken.None) is { } next)
        {
            if (next > Time.GetUtcNow())
            {
                Time.SetUtcNow(next);
            }

            await RunDueAsync();
        }
    }

    public Task<PostOutcome> EventAsync(string instanceId, string name, JsonNode? payload = null, string? key = null) =>
        Runtime.SignalAsync(instanceId, new Stimulus(EventStimulus.Key(name), payload), key ?? Guid.NewGuid().ToString(), CancellationToken.None);

    public async Task<InstanceRecord> InstanceAsync(string instanceId) =>
        await Store.GetInstanceAsync(instanceId, CancellationToken.None) ?? throw new InvalidOperationException($"No instance {instanceId}.");

    public async Task<InstanceStatus> StatusAsync(string instanceId) => (await InstanceAsync(instanceId)).Status;

    public async Task<InstanceSnapshot> SnapshotAsync(string instanceId) => InstanceSnapshot.Read((await InstanceAsync(instanceId)).State);

    /// <summary>Journal lines of one kind, as "activity message".</summary>
    public async Task<IReadOnlyList<string>> JournalAsync(string instanceId, string what) =>
        [.. (await Store.ReadJournalAsync(instanceId, new PageRequest(0, 1000), CancellationToken.None)).Items.Where(j => j.Event == what)
            .Select(j => j.Message is null ? j.ActivityId! : $"{j.ActivityId} {j.Message}")];

    public ValueTask DisposeAsync() => Runtime.DisposeAsync();

    private sealed class NoDispatcher : IInstanceDispatcher
    {
        public void Dispatch(string instanceId)
        {
            // What is due is found in the store.
        }
    }
}
