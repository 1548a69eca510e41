using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Storage;
using Kairship.Testing.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Kairship.Activities.Tests.Crashes;

public sealed class SqliteReleaseCrashTests : ReleaseCrashes
{
    internal override Task<CrashBench> StartAsync() => CrashBench.StartAsync();
}

public sealed class PostgreSqlReleaseCrashTests(PostgresServer server) : ReleaseCrashes
{
    protected override bool Takes(int commit, bool after) => commit % 2 == 0 && after == (commit % 4 == 0);

    internal override async Task<CrashBench> StartAsync() => await CrashBench.StartAsync(
        new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = await server.CreateDatabaseAsync() });
}

public sealed class InMemoryReleaseCrashTests : ReleaseCrashes
{
    protected override bool Takes(int commit, bool after) => commit % 2 == 1 && after == (commit % 4 == 1);

    internal override Task<CrashBench> StartAsync() => CrashBench.StartAsync(inMemory: true);
}

/// <summary>Activities write down several things before their result is committed: dying between two of them must not show either.</summary>
public sealed class ActivityCrashTests
{
    private const int MostWritesOfAnActivity = 8;

    [Fact]
    public async Task OneWriteOfAnActivity_WhicheverItIs_FailsBeforeOrAfterItIsApplied_AndTheReleaseIsPromoted()
    {
        var bench = await CrashBench.StartAsync();
        CrashRun expected;
        await using (bench)
        {
            expected = await ReleaseCrashes.UndisturbedAsync(bench, Writes.DeliveryWrites);
        }

        await ReleaseCrashes.SweepAsync(() => CrashBench.StartAsync(), Writes.DeliveryWrites, Broken.Nowhere, expected, (write, after) => after == (write % 2 == 0));
    }

    [Theory]
    [InlineData(Broken.Nowhere, ReleaseStatus.Succeeded)]
    [InlineData(Broken.Everywhere, ReleaseStatus.RolledBack)]
    [InlineData(Broken.LaterWave, ReleaseStatus.RolledBack)]
    internal async Task EveryActivity_IsInterruptedAgainAndAgain_AndTheReleaseEndsTheSame(Broken broken, ReleaseStatus status)
    {
        await using var bench = await CrashBench.StartAsync();
        var expected = await bench.RunAsync(Writes.DeliveryWrites, broken, _ => Death.Never);
        expected.Release.Status.Should().Be(status, expected.Description);

        // Every life gets a little further than the one before, until an activity is through.
        var run = await bench.RunAsync(Writes.DeliveryWrites, broken, life => new Death(1 + (life % MostWritesOfAnActivity), After: life / MostWritesOfAnActivity % 2 == 0));
        run.Lives.Should().BeGreaterThan(5);
        await bench.VerifyAsync(run, expected, "crash within every activity");
    }

    [Fact]
    public async Task LeavingACluster_InterruptedAgainAndAgain_IsDoneOnce_AndLast()
    {
        await using var bench = await CrashBench.StartAsync();

        var run = await bench.RunAsync(
            Writes.DeliveryWrites, Broken.Nowhere, life => new Death(1 + (life % MostWritesOfAnActivity), After: life / MostWritesOfAnActivity % 2 == 0),
            change: application => application with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["east"]) } });

        run.Release.Status.Should().Be(ReleaseStatus.Succeeded, run.Description);
        run.Lives.Should().BeGreaterThan(5);
        run.Story.Where(line => line is "Left west" or "Promoted east" or "CanaryWeight").Should().Equal(["CanaryWeight", "Left west", "Promoted east"], run.Description);
        run.Clusters.Should().Contain("west Left 0 0/0 Healthy", run.Description);
        CrashSample.Truth(bench.Fleet).Should().Equal(CrashSample.Expected(bench.Fleet, bench.Tag).Where(line => line.StartsWith("east ", StringComparison.Ordinal)));
    }
}
