using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>
/// Instances that bring their process down, among many that do not. A life of the process is an engine on a store that answers nobody any more once a poisonous
/// effect has run; the store behind it goes on. (The same with real processes: Kairship.Storage.Tests/Processes.)
/// </summary>
public sealed class PoisonTests
{
    private static readonly WorkflowRuntimeOptions Options = new()
    {
        Owner = "node", SweepMinInterval = TimeSpan.FromMilliseconds(10), SuspectProbation = TimeSpan.FromSeconds(1), BackoffBase = TimeSpan.FromMilliseconds(20),
        DrainTimeout = TimeSpan.Zero,
    };

    private static readonly string Plain = Def.Workflow("plain", Def.Sequence("root", Def.Effect("a"), Def.Effect("b")));

    /// <summary>A branch that commits all the time beside one that kills.</summary>
    private static readonly string Poison = Def.Workflow("poison", Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray(
        Def.Effect("kill"), Def.Activity("Elsa.While", "loop", ("condition", Def.Js("true", "Boolean")), ("body", Def.Effect("busy")))))));

    private readonly InMemoryWorkflowStore database = new(TimeProvider.System);
    private readonly EffectLedger ledger = new();
    private readonly TaskCompletionSource allStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Poison_AmongMany_IsQuarantined_AndNobodyElseIs(int poisons)
    {
        const int innocents = 60;
        for (var life = 1; ; life++)
        {
            life.Should().BeLessThanOrEqualTo(2 + (5 * poisons), "each life must bring the quarantine nearer");
            var first = life == 1;
            var process = new Process(database);
            var engine = await LiveEngine.StartAsync(process, ledger, Options, (context, token) => DuringAsync(process, context, life, token));
            await using (engine)
            {
                if (first)
                {
                    await engine.ImportAsync(Plain);
                    await engine.ImportAsync(Poison);
                    await Task.WhenAll(Enumerable.Range(0, innocents).Select(i => engine.StartAsync("plain", instanceId: $"plain-{i}")));
                    await LiveEngine.UntilAsync(() => Task.FromResult(process.Entered >= innocents), "the innocent are not under way");
                    await Task.WhenAll(Enumerable.Range(0, poisons).Select(i => engine.StartAsync("poison", instanceId: $"poison-{i}")));
                    allStarted.SetResult();
                }

                await LiveEngine.UntilAsync(async () => process.IsDead || await IsOverAsync(innocents, poisons), "neither dead nor through");
            }

            if (!process.IsDead)
            {
                break;
            }
        }

        (await QuarantinedAsync()).Select(i => i.Id).Should().BeEquivalentTo(Enumerable.Range(0, poisons).Select(i => $"poison-{i}"));
        (await QuarantinedAsync()).Should().OnlyContain(i => i.QuarantineReason!.Contains("5 times"));
        ledger.Distinct.Keys.Count(k => k.StartsWith("plain", StringComparison.Ordinal)).Should().Be(2 * innocents);
        await LiftAsync();
    }

    /// <summary>The instance is what it was, the cause is gone: it goes on.</summary>
    private async Task LiftAsync()
    {
        var engine = await LiveEngine.StartAsync(database, ledger, Options, (context, _) => context.ActivityId == "busy" ? throw new IOException("busy") : Task.CompletedTask);
        await using (engine)
        {
            (await engine.Runtime.LiftQuarantineAsync("poison-0")).Should().BeTrue();
            await LiveEngine.UntilAsync(() => Task.FromResult(ledger.Count("poison-0/kill/1") == 1), "it did not go on");
        }
    }

    private async Task DuringAsync(Process process, EffectContext context, int life, CancellationToken token)
    {
        process.Enter();
        if (context.ActivityId == "kill")
        {
            // The first must not take the process from those who are still being started. After its sibling's commits, so that those cannot pass for progress of this one.
            await allStarted.Task.WaitAsync(token);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
            process.Die();
            throw new ProcessCrashedException();
        }

        // For two lives nobody gets anywhere: then all are as suspect as the poison. Later the innocent would get somewhere, were they not slower than the poison kills.
        await Task.Delay(
            context.ActivityId == "busy" ? TimeSpan.FromMilliseconds(2) : life <= 2 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(60), TimeProvider.System, token);
    }

    private async Task<bool> IsOverAsync(int innocents, int poisons) =>
        (await database.ListInstancesAsync(new InstanceFilter("plain", Statuses: [InstanceStatus.Finished]), new PageRequest(0, 1), CancellationToken.None)).Total == innocents
        && (await QuarantinedAsync()).Count == poisons;

    private async Task<IReadOnlyList<InstanceRecord>> QuarantinedAsync() =>
        (await database.ListInstancesAsync(new InstanceFilter(Quarantined: true), new PageRequest(), CancellationToken.None)).Items;

    /// <summary>The store as a process sees it that may die.</summary>
    private sealed class Process(IWorkflowStore database) : StoreDecorator(database)
    {
        private int entered;

        public bool IsDead { get; private set; }

        public int Entered => entered;

        protected override IWorkflowStore Target => IsDead ? throw new ProcessCrashedException() : base.Target;

        public void Enter() => Interlocked.Increment(ref entered);

        public void Die() => IsDead = true;
    }
}
