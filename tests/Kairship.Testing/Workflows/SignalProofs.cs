using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Workflows;

/// <summary>What becomes of signals, row by row as the table in src/Kairship.Workflows/Runtime/README.md says. One subclass for each store.</summary>
public abstract class SignalProofs : IAsyncLifetime
{
    private static readonly WorkflowRuntimeOptions Options = new() { Owner = "live", SweepMinInterval = TimeSpan.FromMilliseconds(20) };

    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LiveEngine? engine;

    private LiveEngine Engine => engine ?? throw new InvalidOperationException("not started yet");

    /// <summary>A migrated store on the real clock.</summary>
    protected abstract Task<IWorkflowStore> OpenAsync();

    protected abstract ValueTask CloseAsync();

    /// <summary>The effect "gate" waits until the test opens it.</summary>
    public async ValueTask InitializeAsync() => engine = await LiveEngine.StartAsync(
        await OpenAsync(), options: Options, during: (context, token) => context.ActivityId == "gate" ? gate.Task.WaitAsync(token) : Task.CompletedTask);

    public async ValueTask DisposeAsync()
    {
        gate.TrySetResult();
        await Engine.DisposeAsync();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task BeforeItsWait_IsKeptUntilTheWaitIsMade()
    {
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("gate"), Def.Event("e", "go", "answer")), ("answer", "Object", null)));
        var id = await Engine.StartAsync("w");

        (await Engine.EventAsync(id, "go", "k", "early")).Should().Be(PostOutcome.Posted);
        gate.SetResult();

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
        InstanceSnapshot.Read((await Engine.InstanceAsync(id)).State).Variables["answer"]!.GetValue<string>().Should().Be("early");
    }

    [Fact]
    public async Task OfAnotherKey_IsKept_AndDisturbsNobody()
    {
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("a", "first"), Def.Event("b", "second"))));
        var id = await Engine.StartAsync("w");
        await Engine.EventAsync(id, "second", "2");
        await Engine.EventAsync(id, "never", "0");
        await RestAsync(id);
        (await Engine.Store.ReadInboxAsync(id, CancellationToken.None)).Should().HaveCount(2);

        await Engine.EventAsync(id, "first", "1");

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
    }

    [Fact]
    public async Task Twice_WithOneKey_CountsOnce()
    {
        await ImportTwoWaitsAsync();
        var id = await Engine.StartAsync("w");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Engine.EventAsync(id, "go", "k")));

        answers.Should().ContainSingle(a => a == PostOutcome.Posted);
        answers.Where(a => a != PostOutcome.Posted).Should().AllBeEquivalentTo(PostOutcome.Duplicate);
        await LiveEngine.UntilAsync(async () => await WaitsForAsync(id, "b"), "the first wait is not over");
        (await Engine.EventAsync(id, "go", "k")).Should().Be(PostOutcome.Duplicate, "a consumed key stays known");
        await RestAsync(id);
        (await WaitsForAsync(id, "b")).Should().BeTrue();
    }

    [Fact]
    public async Task Twice_WithTwoKeys_TheSecondIsForTheNextWait()
    {
        await ImportTwoWaitsAsync();
        var id = await Engine.StartAsync("w");

        (await Task.WhenAll(Engine.EventAsync(id, "go", "1"), Engine.EventAsync(id, "go", "2"))).Should().AllBeEquivalentTo(PostOutcome.Posted);

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
    }

    [Fact]
    public async Task ToTwoWaitsOfOneKey_ResumesBoth()
    {
        await Engine.ImportAsync(Def.Workflow("w", Parallel(Def.Event("a", "go"), Def.Event("b", "go"))));
        var id = await Engine.StartAsync("w");
        await Engine.UntilStatusAsync(id, InstanceStatus.Suspended);

        await Engine.EventAsync(id, "go", "k");

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
    }

    [Theory]
    [InlineData(InstanceStatus.Finished)]
    [InlineData(InstanceStatus.Cancelled)]
    [InlineData(InstanceStatus.Faulted)]
    public async Task ToAnInstanceThatIsOver_IsRefused_AndSaysSo(InstanceStatus status)
    {
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go"), Def.Effect("f", ("fail", Def.Literal(status == InstanceStatus.Faulted ? "fatal" : ""))))));
        var id = await Engine.StartAsync("w");
        await (status == InstanceStatus.Cancelled ? Engine.Runtime.CancelAsync(id, CancellationToken.None) : Engine.EventAsync(id, "go", "first"));
        await Engine.UntilStatusAsync(id, status);

        (await Engine.EventAsync(id, "go", "late")).Should().Be(PostOutcome.Finished);

        (await Engine.Store.ReadInboxAsync(id, CancellationToken.None)).Should().BeEmpty();
        (await Engine.InstanceAsync(id)).Status.Should().Be(status);
    }

    [Fact]
    public async Task ToNobody_IsNotFound() => (await Engine.EventAsync("nobody", "go", "k")).Should().Be(PostOutcome.NotFound);

    [Fact]
    public async Task ToAPausedInstance_IsKeptUntilItGoesOn()
    {
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go"))));
        var id = await Engine.StartAsync("w");
        await Engine.Runtime.PauseAsync(id, CancellationToken.None);
        await Engine.UntilStatusAsync(id, InstanceStatus.Paused);

        (await Engine.EventAsync(id, "go", "k")).Should().Be(PostOutcome.Posted);
        await RestAsync(id);
        (await Engine.InstanceAsync(id)).Status.Should().Be(InstanceStatus.Paused);
        await Engine.Runtime.ResumeAsync(id, CancellationToken.None);

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
    }

    [Fact]
    public async Task ToAQuarantinedInstance_IsKeptUntilItIsLifted()
    {
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("e", "go"))));
        var id = await Engine.StartAsync("w");
        await Engine.UntilStatusAsync(id, InstanceStatus.Suspended);
        await Engine.Store.SetQuarantineAsync(id, "on purpose", CancellationToken.None);

        (await Engine.EventAsync(id, "go", "k")).Should().Be(PostOutcome.Posted);
        await RestAsync(id);
        (await Engine.InstanceAsync(id)).Status.Should().Be(InstanceStatus.Suspended);
        (await Engine.Runtime.LiftQuarantineAsync(id)).Should().BeTrue();

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
    }

    [Fact]
    public async Task AThousandAtOnce_ToALoopOfAThousandWaits_AreAllTaken()
    {
        const int count = 1000;
        await Engine.ImportAsync(Def.Workflow("w", Def.Activity("Elsa.While", "root", ("condition", Def.Js($"getN() < {count}", "Boolean")),
            ("body", Def.Sequence("s", Def.Event("e", "go", "got"), Def.SetVariable("sum", "sum", "getSum() + getGot()"), Def.SetVariable("n", "n", "getN() + 1")))),
            ("n", "Int32", "0"), ("sum", "Int32", "0"), ("got", "Int32", null)));
        var id = await Engine.StartAsync("w");

        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i => Engine.EventAsync(id, "go", $"k{i}", i)));

        answers.Should().AllBeEquivalentTo(PostOutcome.Posted);
        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
        InstanceSnapshot.Read((await Engine.InstanceAsync(id)).State).Variables["sum"]!.GetValue<int>().Should().Be(count * (count - 1) / 2, "each payload was taken once");
    }

    [Fact]
    public async Task AThousandAtOnce_ToAThousandWaitingBranches_EachFindsItsOwn()
    {
        const int count = 1000;
        await Engine.ImportAsync(Def.Workflow("w", Def.Activity("Elsa.ParallelForEach", "root", ("items", Def.Js($"Array.from({{length: {count}}}, (_, i) => i)")),
            ("body", Def.Sequence("s",
                Def.Activity("Elsa.Event", "e", ("eventName", Def.Js("'go-' + getCurrentValue()", "String")), ("result", Def.Output("got"))),
                Def.SetVariable("sum", "sum", "getSum() + (getGot() === getCurrentValue() ? 1 : 1000000)")))), ("sum", "Int32", "0"), ("got", "Int32", null)));
        var id = await Engine.StartAsync("w");

        await Task.WhenAll(Enumerable.Range(0, count).Select(i => Engine.EventAsync(id, $"go-{i}", $"k{i}", i)));

        await Engine.UntilStatusAsync(id, InstanceStatus.Finished);
        InstanceSnapshot.Read((await Engine.InstanceAsync(id)).State).Variables["sum"]!.GetValue<int>().Should().Be(count, "each branch got the payload that was for it");
    }

    /// <summary>The signal is sent at any moment around the wait's commit: while the instance is created, claimed, runs, commits, is released.</summary>
    [Fact]
    public async Task SignalsThatRaceWithSuspending_AreNeverLost()
    {
        const int instances = 300;
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("one", "one"), Def.Event("two", "two"), Def.Effect("b"), Def.Event("three", "three"))));
        await Task.WhenAll(Enumerable.Range(0, instances).Select(async i =>
        {
            var random = new Random(i);
            var id = await Engine.StartAsync("w", instanceId: $"race-{i}");
            await Task.WhenAll(((string[])["three", "one", "two"]).Select(async name =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System);
                (await Engine.EventAsync(id, name, name)).Should().Be(PostOutcome.Posted);
            }));
        }));

        await LiveEngine.UntilAsync(async () => await Engine.CountAsync(InstanceStatus.Finished) == instances, "an instance is stuck");
    }

    [Fact]
    public async Task PublishesToACorrelation_ThatRaceWithSuspending_ReachItsInstances_WaitingOrNotYet()
    {
        const int instances = 200;
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("e", "go"))));
        await Task.WhenAll(Enumerable.Range(0, instances).Select(async i =>
        {
            await Engine.StartAsync("w", instanceId: $"race-{i}", correlationId: $"order-{i}");
            await Task.Delay(TimeSpan.FromMilliseconds(new Random(i).Next(15)), TimeProvider.System);
            (await PublishAsync($"order-{i}", "k")).Should().Be(1);
            (await PublishAsync($"order-{i}", "k")).Should().Be(0, "the key has been seen");
        }));

        await LiveEngine.UntilAsync(async () => await Engine.CountAsync(InstanceStatus.Finished) == instances, "an instance is stuck");
    }

    /// <summary>Whoever waits gets it; who does not wait yet does not, and the number says so: publishing again with the same key reaches those only that have not had it.</summary>
    [Fact]
    public async Task PublishesToAll_ReachThoseThatWait_AndRepeatingReachesEachOnce()
    {
        const int instances = 100;
        await Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"), Def.Event("e", "go"), Def.Effect("b"))));
        (await PublishAsync(null, "k")).Should().Be(0, "nobody waits");
        var reached = 0;
        var publisher = Task.Run(async () =>
        {
            while (reached < instances)
            {
                reached += await PublishAsync(null, "k");
            }
        });
        await Task.WhenAll(Enumerable.Range(0, instances).Select(i => Engine.StartAsync("w", instanceId: $"all-{i}")));

        await publisher.WaitAsync(TimeSpan.FromSeconds(30));
        await LiveEngine.UntilAsync(async () => await Engine.CountAsync(InstanceStatus.Finished) == instances, "an instance is stuck");
        reached.Should().Be(instances);
        Engine.Ledger.Total.Should().Be(2 * instances);
    }

    private static JsonObject Parallel(params JsonObject[] branches) => Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray([.. branches])));

    private async Task<int> PublishAsync(string? correlationId, string key) =>
        (await Engine.Runtime.PublishAsync(new Stimulus(EventStimulus.Key("go"), null), correlationId, key, CancellationToken.None)).Count;

    private Task ImportTwoWaitsAsync() => Engine.ImportAsync(Def.Workflow("w", Def.Sequence("root", Def.Event("a", "go"), Def.Event("b", "go"))));

    private async Task<bool> WaitsForAsync(string id, string activityId) =>
        InstanceSnapshot.Read((await Engine.InstanceAsync(id)).State).Running.Any(r => r.ActivityId == activityId && r.Phase == "Waiting");

    /// <summary>Everything that was sent has been looked at: nobody holds it, nothing is due.</summary>
    private Task RestAsync(string id) => LiveEngine.UntilAsync(
        async () => await Engine.InstanceAsync(id) is { Owner: null } i && (i.DueAt is null || i.QuarantineReason is not null) && i.Status != InstanceStatus.Pending && Engine.Runtime.ActiveInstances == 0,
        $"{id} does not come to rest");
}
