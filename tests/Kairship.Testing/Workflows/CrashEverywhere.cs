using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Testing.Workflows;

/// <summary>What a run came to, in a form that two runs of different instances can be compared by.</summary>
/// <param name="Effects">Idempotency key (without the instance id) to what was done under it.</param>
public sealed record CrashRun(InstanceStatus Status, string Output, string Variables, IReadOnlyDictionary<string, string> Effects, int Commits);

/// <summary>
/// Runs a workflow once to its end, then again for each of its commits, crashing there before and after the commit, restarting a new runtime on the same store,
/// and compares: the end, the outputs and variables, and the effects by idempotency key must be the same, each key having one distinct effect.
/// </summary>
public static class CrashEverywhere
{
    /// <param name="newStore">A store that is migrated; may be the same each time. Gets the clock that the run uses.</param>
    /// <param name="stimuli">Sent one by one, each when the instance has come to rest.</param>
    /// <param name="others">Definitions that the first one starts instances of.</param>
    /// <returns>The run without a crash.</returns>
    public static Task<CrashRun> RunAsync(
        Func<TimeProvider, Task<IWorkflowStore>> newStore, string definition, IReadOnlyList<Stimulus> stimuli, JsonObject? input = null, params IReadOnlyList<string> others) =>
        RunAsync(newStore, definition, stimuli, Nothing, input, others);

    /// <param name="then">Done after that, in every life again; what it asks of the runtime has a dedupe key or may be repeated.</param>
    public static Task<CrashRun> RunAsync(
        Func<TimeProvider, Task<IWorkflowStore>> newStore, string definition, IReadOnlyList<Stimulus> stimuli, Func<WorkflowHarness, string, Task> then,
        JsonObject? input = null, params IReadOnlyList<string> others) =>
        SweepAsync(newStore, definition, stimuli, then, input, sameKeys: true, others);

    /// <summary>For workflows whose branches overtake each other: which of two executions of an activity is the first differs from run to run, and with it their keys. Then
    /// only what was done is compared, each still under one key.</summary>
    public static Task<CrashRun> RunInAnyOrderAsync(Func<TimeProvider, Task<IWorkflowStore>> newStore, string definition) =>
        SweepAsync(newStore, definition, [], Nothing, null, sameKeys: false, []);

    private static Task Nothing(WorkflowHarness engine, string instanceId) => Task.CompletedTask;

    private static async Task<CrashRun> SweepAsync(
        Func<TimeProvider, Task<IWorkflowStore>> newStore, string definition, IReadOnlyList<Stimulus> stimuli, Func<WorkflowHarness, string, Task> then, JsonObject? input,
        bool sameKeys, IReadOnlyList<string> others)
    {
        var expected = await RunOnceAsync(newStore, definition, stimuli, input, then, null, false, others);
        expected.Commits.Should().BeGreaterThan(0);
        for (var commit = 1; commit <= expected.Commits; commit++)
        {
            foreach (var after in (bool[])[false, true])
            {
                var actual = await RunOnceAsync(newStore, definition, stimuli, input, then, commit, after, others);
                actual.Effects.Values.Should().BeEquivalentTo(expected.Effects.Values, "a crash {0} commit {1} of {2} must not show", after ? "after" : "before", commit, expected.Commits);
                var comparable = sameKeys ? actual : actual with { Effects = expected.Effects };
                comparable.Should().BeEquivalentTo(expected, o => o.Excluding(r => r.Commits), "a crash {0} commit {1} of {2} must not show", after ? "after" : "before", commit, expected.Commits);
            }
        }

        return expected;
    }

    private static async Task<CrashRun> RunOnceAsync(
        Func<TimeProvider, Task<IWorkflowStore>> newStore, string definition, IReadOnlyList<Stimulus> stimuli, JsonObject? input, Func<WorkflowHarness, string, Task> then,
        int? crashAt, bool after, IReadOnlyList<string> others)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new CrashingStore(await newStore(time));
        var ledger = new EffectLedger();
        var id = $"crash-{Guid.NewGuid():N}";
        store.CrashAt(crashAt ?? int.MaxValue, after);
        var lives = 0;
        while (true)
        {
            (++lives).Should().BeLessThan(4, "one crash makes two lives");
            store.Restart();
            await using var engine = new WorkflowHarness(store, time, ledger);
            try
            {
                await LiveAsync(engine, definition, stimuli, input, id, others);
                await then(engine, id);
                await engine.RunToRestAsync();
                if (!store.Crashed)
                {
                    return await ReadAsync(engine, ledger, id, store.Commits);
                }
            }
            catch (ProcessCrashedException)
            {
                // The next life goes on.
            }
        }
    }

    /// <summary>A process from its start: everything it is asked for again is deduplicated.</summary>
    private static async Task LiveAsync(WorkflowHarness engine, string definition, IReadOnlyList<Stimulus> stimuli, JsonObject? input, string id, IReadOnlyList<string> others)
    {
        await engine.Runtime.RecoverAsync(CancellationToken.None);
        foreach (var one in others.Append(definition))
        {
            await engine.ImportAsync(one);
        }

        var request = new StartRequest { DefinitionId = WorkflowDefinition.Parse(definition).DefinitionId!, Input = (JsonObject?)input?.DeepClone() ?? [], InstanceId = id };
        (await engine.Runtime.StartAsync(request, CancellationToken.None)).Started.Should().BeTrue();
        await engine.RunToRestAsync();
        for (var i = 0; i < stimuli.Count; i++)
        {
            await engine.Runtime.SignalAsync(id, stimuli[i] with { Payload = stimuli[i].Payload?.DeepClone() }, $"stimulus-{i}", CancellationToken.None);
            await engine.RunToRestAsync();
        }
    }

    private static async Task<CrashRun> ReadAsync(WorkflowHarness engine, EffectLedger ledger, string id, int commits)
    {
        var record = await engine.InstanceAsync(id);
        var snapshot = await engine.SnapshotAsync(id);
        ledger.Distinct.Values.Should().NotContain(v => v.Contains(" | ", StringComparison.Ordinal), "one idempotency key stands for one effect");
        var effects = ledger.Distinct.Where(d => d.Key.StartsWith(id, StringComparison.Ordinal)).ToDictionary(d => d.Key.Replace(id, "", StringComparison.Ordinal), d => d.Value);

        // The ids of children are other ones in each run; what they did is counted.
        foreach (var child in ledger.Distinct.Where(d => !d.Key.StartsWith(id, StringComparison.Ordinal)).GroupBy(d => $"child{d.Key[d.Key.IndexOf('/', StringComparison.Ordinal)..]} {d.Value}"))
        {
            effects[child.Key] = $"{child.Count()} times";
        }

        return new CrashRun(record.Status, snapshot.Output.ToJsonString(), snapshot.Variables.ToJsonString(), effects, commits);
    }
}
