using Kairship.Testing.Worker;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Tests.Processes;

/// <summary>Two processes over one PostgreSQL: the first is frozen past its lease, or killed; the second takes over.</summary>
public sealed class TwoProcessTests(PostgresTemplate postgres)
{
    private const int Others = 5;

    [Theory]
    [InlineData(Hold.InEffects, true)]
    [InlineData(Hold.InEffects, false)]
    [InlineData(Hold.BeforeResults, true)]
    [InlineData(Hold.BeforeResults, false)]
    public async Task Owner_FrozenPastItsLeaseOrKilled_IsReplaced_AndItsStaleCommitIsRefused(Hold hold, bool frozen)
    {
        await using var bench = await WorkerBench.OpenAsync(postgres);
        await bench.ImportAsync(Def.Workflow("two", Def.Sequence("root", WorkerBench.Effect("work", ("result", Def.Output("by"))), WorkerBench.Effect("next")), ("by", "String", null)));
        await bench.StartAsync("two", "one");
        await using var first = WorkerProcess.Start(bench.Worker("first") with { Hold = hold });
        await WorkerBench.UntilAsync(
            () => Task.FromResult(hold == Hold.InEffects ? first.Effects().Any(e => e.Key == "one/work/1") : first.Output.Contains("holding a result", StringComparison.Ordinal)),
            "the first has not begun", first);
        await (frozen ? first.FreezeAsync() : first.KillAsync());
        for (var i = 0; i < Others; i++)
        {
            await bench.StartAsync("two", $"other-{i}");
        }

        await using var second = WorkerProcess.Start(bench.Worker("second"));
        await bench.UntilFinishedAsync(1 + Others, second);
        if (frozen)
        {
            bench.Go();
            await first.ThawAsync();
            await WorkerBench.UntilAsync(() => Task.FromResult(first.Output.Contains("Instance one: another owner has taken it over", StringComparison.Ordinal)), "its stale commit was not refused", first);
            if (hold == Hold.BeforeResults)
            {
                first.Output[first.Output.IndexOf("holding a result", StringComparison.Ordinal)..].Should().Contain("Fenced one 1").And.NotContain("Committed one 1");
            }

            await first.TerminateAsync();
            (await first.ExitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);
        }

        await VerifyAsync(bench, first, second);
    }

    private static async Task VerifyAsync(WorkerBench bench, WorkerProcess first, WorkerProcess second)
    {
        await bench.JournalIsConsistentAsync("one", "work/1", "next/1");
        var snapshot = await bench.Harness.SnapshotAsync("one");
        snapshot.Variables["by"]!.GetValue<string>().Should().Be("second", "the result of the owner counts, and nobody else's");
        var record = (await bench.Store.GetInstanceAsync("one", CancellationToken.None))!;
        record.Status.Should().Be(InstanceStatus.Finished);
        record.Epoch.Should().Be(2);

        // The same effect under the same key, with an epoch by which the outside world can tell who is stale.
        var started = first.Effects().Where(e => e.What == "start").Concat(second.Effects().Where(e => e is { What: "start" } && e.Key.StartsWith("one/", StringComparison.Ordinal)));
        started.Should().Equal(("start", "one/work/1", 1), ("start", "one/work/1", 2), ("start", "one/next/1", 2));
        second.Effects().Where(e => e.What == "done").Select(e => e.Key).Should().OnlyHaveUniqueItems().And.HaveCount(2 * (1 + Others));
    }
}
