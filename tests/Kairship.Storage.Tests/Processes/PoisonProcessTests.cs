using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Tests.Processes;

/// <summary>An activity that really ends its process, among others that run at the same time.</summary>
public sealed class PoisonProcessTests(PostgresTemplate postgres)
{
    private const int Innocents = 24;

    [Theory]
    [InlineData("StackOverflow", 2)]
    [InlineData("Kill", 5)]
    public async Task Activity_ThatEndsItsProcess_IsQuarantinedAlone_AndAllOthersFinish(string how, int maxClaims)
    {
        await using var bench = await WorkerBench.OpenAsync(postgres);
        var slow = Def.Literal("250", "Int32");
        await bench.ImportAsync(Def.Workflow("plain", Def.Sequence("root", WorkerBench.Effect("a", ("millis", slow.DeepClone())), WorkerBench.Effect("b", ("millis", slow)))));
        await bench.ImportAsync(Def.Workflow("poison", Def.Sequence("root", WorkerBench.Effect("kill", ("kill", Def.Literal(how)), ("millis", Def.Literal("5000", "Int32"))))));
        for (var i = 0; i < Innocents; i++)
        {
            await bench.StartAsync("plain", $"plain-{i}");
        }

        await bench.StartAsync("poison", "poison");
        var options = bench.Worker("node") with { MaxClaims = maxClaims };
        for (var deaths = 0; ; deaths++)
        {
            deaths.Should().BeLessThanOrEqualTo(maxClaims + 1, "each death brings the quarantine nearer, {0}", await DescribeAsync(bench));
            await using var worker = WorkerProcess.Start(options);
            await WorkerBench.UntilAsync(async () => worker.HasExited || await IsOverAsync(bench), "neither dead nor through", worker);
            if (worker.HasExited)
            {
                continue;
            }

            deaths.Should().Be(maxClaims + 1, "the first commits its intent, and each claim after it is counted");
            (await bench.Harness.InstanceAsync("poison")).QuarantineReason.Should().Contain($"{maxClaims} times");
            (await bench.CountAsync(new InstanceFilter(Quarantined: true))).Should().Be(1);

            // Lifted, it is what it was: a poison. It takes this process down once more.
            (await bench.Harness.Runtime.LiftQuarantineAsync("poison")).Should().BeTrue();
            (await worker.ExitAsync(TimeSpan.FromSeconds(20))).Should().NotBe(0);
            break;
        }
    }

    private static async Task<bool> IsOverAsync(WorkerBench bench) =>
        await bench.CountAsync(new InstanceFilter("plain", Statuses: [InstanceStatus.Finished])) == Innocents
        && await bench.CountAsync(new InstanceFilter(Quarantined: true)) > 0;

    private static async Task<string> DescribeAsync(WorkerBench bench) => string.Join(", ",
        (await bench.Store.ListInstancesAsync(new InstanceFilter(), new PageRequest(0, 1000), CancellationToken.None)).Items
            .GroupBy(i => (i.DefinitionId, i.Status, i.Claims, i.QuarantineReason)).Select(g => $"{g.Count()} x {g.Key}"));
}
