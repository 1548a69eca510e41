using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Tests.Processes;

/// <summary>SIGTERM while hundreds of instances run effects.</summary>
public sealed class TerminationTests(PostgresTemplate postgres)
{
    private const int Short = 150;
    private const int Long = 60;

    [Fact]
    public async Task SigTerm_UnderLoad_EndsInTime_AndNoResultIsLost()
    {
        await using var bench = await WorkerBench.OpenAsync(postgres);
        await bench.ImportAsync(Def.Workflow("short", Def.Sequence("root",
            [.. Enumerable.Range(0, 6).Select(i => WorkerBench.Effect($"s{i}", ("millis", Def.Literal("300", "Int32"))))])));

        // Past the drain time: it is cut off, and runs again under its key. The second time it ends at once, being told by its input.
        await bench.ImportAsync(Def.Workflow("long", Def.Sequence("root", WorkerBench.Effect("l", ("millis", Def.Literal("4500", "Int32"))))));
        for (var i = 0; i < Math.Max(Short, Long); i++)
        {
            await bench.StartAsync("short", $"short-{i}");
            if (i < Long)
            {
                await bench.StartAsync("long", $"long-{i}");
            }
        }

        var options = bench.Worker("node") with { DrainSeconds = 1 };
        await using var first = WorkerProcess.Start(options);
        await WorkerBench.UntilAsync(() => Task.FromResult(first.Effects().Count(e => e.What == "start") >= Short + Long), "no load yet", first);
        var start = TimeProvider.System.GetTimestamp();
        await first.TerminateAsync();
        (await first.ExitAsync(TimeSpan.FromSeconds(30))).Should().Be(0, first.Output);
        TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(15), "that is the shutdown timeout");
        first.Output.Should().Contain("bye");

        var before = first.Effects();
        var instances = (await bench.Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(0, 1000), CancellationToken.None)).Items;
        instances.Should().HaveCount(Short + Long).And.OnlyContain(i => i.Owner == null, "all were given back");
        instances.Count(i => i.Status == InstanceStatus.Finished).Should().BeLessThan(Short + Long, "otherwise there was no load");

        await using var second = WorkerProcess.Start(options);
        await bench.UntilFinishedAsync(Short + Long, second);
        var after = second.Effects().Skip(before.Count).ToList();
        var doneBefore = before.Where(e => e.What == "done").Select(e => e.Key).ToHashSet();
        after.Select(e => e.Key).Should().NotIntersectWith(doneBefore, "what had ended was recorded, and does not run again");
        before.Concat(after).Where(e => e.What == "done").Select(e => e.Key).Should().OnlyHaveUniqueItems()
            .And.HaveCount((6 * Short) + Long, "nothing was left out, and an effect that was cut off ran again under its own key");
    }
}
