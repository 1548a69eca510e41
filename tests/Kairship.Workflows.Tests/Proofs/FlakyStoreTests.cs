using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>A store whose answers get lost, before or after what was asked was done. Leases are long: whoever waits them out fails the test.</summary>
public sealed class FlakyStoreTests
{
    private static readonly WorkflowRuntimeOptions Options = new()
    {
        Owner = "node", Lease = TimeSpan.FromMinutes(10), BackoffBase = TimeSpan.FromMilliseconds(20), SweepMinInterval = TimeSpan.FromMilliseconds(10), MaxClaims = 20,
    };

    private static readonly string Three = Def.Workflow("three", Def.Sequence("root", Def.Effect("a"), Def.Effect("b"), Def.Effect("c")));

    [Theory]
    [InlineData("ClaimAsync", false)]
    [InlineData("ClaimAsync", true)]
    [InlineData("CommitAsync", false)]
    [InlineData("CommitAsync", true)]
    public async Task OneAnswerLost_TheInstanceGoesOnAtOnce_AndNothingIsDoneTwice(string method, bool after)
    {
        var store = new Flaky((name, call) => name == method && call == 2 ? after ? Fate.LostAnswer : Fate.LostCall : Fate.Fine);
        var engine = await LiveEngine.StartAsync(store, options: Options);
        await using (engine)
        {
            await engine.ImportAsync(Three);
            var first = await engine.StartAsync("three");
            var second = await engine.StartAsync("three");

            await engine.UntilStatusAsync(first, InstanceStatus.Finished);
            await engine.UntilStatusAsync(second, InstanceStatus.Finished);
            engine.Ledger.Distinct.Should().HaveCount(6);
            (await engine.InstanceAsync(first)).Claims.Should().Be(0);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnswerToACreationLost_AskingAgainStartsOne_WhichGoesOnAtOnce(bool after)
    {
        var store = new Flaky((name, call) => name == "CreateInstanceAsync" && call == 1 ? after ? Fate.LostAnswer : Fate.LostCall : Fate.Fine);
        var engine = await LiveEngine.StartAsync(store, options: Options);
        await using (engine)
        {
            await engine.ImportAsync(Three);
            var first = () => engine.StartAsync("three", instanceId: "one");
            await first.Should().ThrowAsync<TimeoutException>();

            await engine.StartAsync("three", instanceId: "one");

            await engine.UntilStatusAsync("one", InstanceStatus.Finished);
            engine.Ledger.Total.Should().Be(3);
        }
    }

    [Fact]
    public async Task OneAnswerInFiveLost_AllInstancesFinish_AndEachEffectHasOneKey()
    {
        var random = new Random(7);
        var store = new Flaky((_, _) => random.Next(10) switch { 0 => Fate.LostCall, 1 => Fate.LostAnswer, _ => Fate.Fine });
        var engine = await LiveEngine.StartAsync(store, options: Options with { BackoffBase = TimeSpan.FromMilliseconds(2), Lease = TimeSpan.FromSeconds(60) });
        await using (engine)
        {
            await engine.ImportAsync(Three);
            for (var i = 0; i < 40; i++)
            {
                await StartAsync(engine, $"i{i}");
            }

            await LiveEngine.UntilAsync(async () => await engine.CountAsync(InstanceStatus.Finished) == 40, "an instance got stuck");
            engine.Ledger.Distinct.Should().HaveCount(120);
        }
    }

    private static async Task StartAsync(LiveEngine engine, string id)
    {
        while (true)
        {
            try
            {
                await engine.StartAsync("three", instanceId: id);
                return;
            }
            catch (TimeoutException)
            {
                // Whoever got no answer asks again.
            }
        }
    }

    private enum Fate
    {
        Fine,
        LostCall,
        LostAnswer,
    }

    private sealed class Flaky(Func<string, int, Fate> fate) : StoreDecorator(new InMemoryWorkflowStore(TimeProvider.System))
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, int> calls = [];

        public override Task<ClaimedInstance?> ClaimAsync(string instanceId, string owner, TimeSpan lease, int mostClaims, CancellationToken cancellationToken) =>
            DoAsync(nameof(ClaimAsync), () => base.ClaimAsync(instanceId, owner, lease, mostClaims, cancellationToken));

        public override Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken) =>
            DoAsync(nameof(CommitAsync), () => base.CommitAsync(commits, cancellationToken));

        public override Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken) =>
            DoAsync(nameof(CreateInstanceAsync), () => base.CreateInstanceAsync(instance, cancellationToken));

        private async Task<T> DoAsync<T>(string method, Func<Task<T>> call)
        {
            Fate decided;
            lock (gate)
            {
                calls[method] = calls.GetValueOrDefault(method) + 1;
                decided = fate(method, calls[method]);
            }

            if (decided == Fate.LostCall)
            {
                throw new TimeoutException("the call got lost");
            }

            var answer = await call();
            return decided == Fate.LostAnswer ? throw new TimeoutException("the answer got lost") : answer;
        }
    }
}
