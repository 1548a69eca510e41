using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class CommitQueueTests
{
    [Fact]
    public async Task Commits_WhileOneIsUnderWay_ShareTheNextCall()
    {
        var store = new GatedStore();
        var queue = new CommitQueue(store, 3);
        var first = queue.CommitAsync(Commit("a"));
        var rest = "bcdef".Select(c => queue.CommitAsync(Commit($"{c}"))).ToList();
        store.Open.SetResult();
        var outcomes = await Task.WhenAll([first, .. rest]).WaitAsync(TimeSpan.FromSeconds(10));

        outcomes.Should().OnlyContain(o => o == CommitOutcome.Committed);
        store.Calls.Select(c => string.Concat(c)).Should().Equal("a", "bcd", "ef");
    }

    [Fact]
    public async Task FailedCall_FailsItsMembersAndSendsThemAloneTheNextTime()
    {
        var store = new GatedStore { Poison = "b" };
        var queue = new CommitQueue(store, 10);
        var first = queue.CommitAsync(Commit("a"));
        var (bad, mate) = (queue.CommitAsync(Commit("b")), queue.CommitAsync(Commit("c")));
        store.Open.SetResult();
        await first;
        await ((Func<Task>)(() => bad)).Should().ThrowAsync<IOException>();
        await ((Func<Task>)(() => mate)).Should().ThrowAsync<IOException>();

        var again = await Task.WhenAll(queue.CommitAsync(Commit("c")), queue.CommitAsync(Commit("d")));
        again.Should().OnlyContain(o => o == CommitOutcome.Committed);
        store.Calls.Should().NotContain(c => c.Count > 1 && c.Contains("c") && c != store.Calls[1]);
    }

    private static InstanceCommit Commit(string id) => new() { InstanceId = id, Epoch = 1, State = default, Status = InstanceStatus.Executing, At = default };

    /// <summary>Answers its first call when the gate opens. Only commits are asked of it.</summary>
    private sealed class GatedStore : StoreDecorator
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public List<IReadOnlyList<string>> Calls { get; } = [];
        public string? Poison { get; init; }

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
        {
            Calls.Add([.. commits.Select(c => c.InstanceId)]);
            await Open.Task;
            return commits.Any(c => c.InstanceId == Poison) ? throw new IOException("bad commit") : [.. commits.Select(_ => CommitOutcome.Committed)];
        }
    }
}
