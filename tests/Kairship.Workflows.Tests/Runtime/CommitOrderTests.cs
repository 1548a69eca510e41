using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>What is in which commit, and when effects run between them.</summary>
public sealed class CommitOrderTests
{
    [Fact]
    public async Task Effect_DoesNotStartBeforeItsIntentIsCommitted()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new ListeningStore(new InMemoryWorkflowStore(time));
        await using var engine = new WorkflowHarness(store, time);
        engine.Effect.During = (_, _) =>
        {
            store.EffectStarted.TrySetResult();
            return Task.CompletedTask;
        };
        await engine.RunAsync(Def.Workflow("w", Def.Sequence("root", Def.Effect("a"))));

        store.StartedTooEarly.Should().BeFalse();
        store.EffectStarted.Task.IsCompleted.Should().BeTrue();
    }

    [Fact]
    public async Task Bookmarks_OfAnInstanceThatFaultsAndIsRetried_AreAddedAndRemovedInTurn()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new ListeningStore(new InMemoryWorkflowStore(time));
        await using var engine = new WorkflowHarness(store, time);
        engine.Effect.During = (context, _) =>
        {
            context.Inputs["Fail"] = store.Commits.Count > 2 ? "0" : "fatal";
            return Task.CompletedTask;
        };
        var id = await engine.RunAsync(Def.Workflow("w", Def.Activity("Elsa.Parallel", "root", ("activities", new JsonArray(Def.Event("e", "go"), Def.Effect("bad"))))));
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);
        store.Open.Should().BeEmpty("a finished instance has no waits");

        await engine.Runtime.RetryAsync(id);
        await engine.RunToRestAsync();
        store.Open.Should().ContainSingle();
        await engine.EventAsync(id, "go");
        await engine.RunToRestAsync();

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        store.Open.Should().BeEmpty();
        store.Faithful.Should().BeTrue();
    }

    /// <summary>Keeps the books of bookmarks as a database with keys would, and gives an effect that starts too early the time to show itself.</summary>
    private sealed class ListeningStore(IWorkflowStore inner) : StoreDecorator(inner)
    {
        public TaskCompletionSource EffectStarted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public List<InstanceCommit> Commits { get; } = [];
        public HashSet<string> Open { get; } = [];
        public bool StartedTooEarly { get; private set; }

        /// <summary>Nothing was removed that was not there, nothing added twice.</summary>
        public bool Faithful { get; private set; } = true;

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
        {
            if (Commits.Count == 0)
            {
                await Task.WhenAny(EffectStarted.Task, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken));
                StartedTooEarly = EffectStarted.Task.IsCompleted;
            }

            foreach (var commit in commits)
            {
                Commits.Add(commit);
                Faithful &= commit.RemovedBookmarks.All(Open.Remove) && commit.AddedBookmarks.All(b => Open.Add(b.Id));
            }

            return await base.CommitAsync(commits, cancellationToken);
        }
    }
}
