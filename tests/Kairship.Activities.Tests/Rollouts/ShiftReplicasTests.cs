using Kairship.Activities.Tests.Placements;
using Kairship.Activities.Tests.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Simulator.Faults;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Rollouts;

/// <summary>An application returns in small steps: never fewer ready pods than it had.</summary>
public sealed class ShiftReplicasTests
{
    private const int Replicas = 8;

    private static readonly Application Shop = PlacementStage.Application("shop", PlacementStage.Dynamic) with
    {
        Failover = new FailoverPolicy { Failback = new FailbackPolicy { Steps = [25, 50] } },
        Rollout = new() { Workflow = "deploy", ProgressDeadline = TimeSpan.FromSeconds(6) },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failback_GrowsBeforeItShrinks_InSteps_AndEndsWhereItWas()
    {
        await using var stage = await ReturnStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync(Shop, PlacementStage.Web(Replicas));
        var origin = await PlaceAsync(stage);
        origin.Should().Be("east 2, north 3, west 3");
        await stage.AwayAsync("west", Shop);
        (await PlaceAsync(stage)).Should().Be("east 4, north 4");

        using var watch = new ReadyWatch(stage, "shop");
        var release = await stage.Rig.EndAsync((await stage.ReturnsAsync(Shop)).Id);

        release.Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(release.Id));
        watch.Least.Should().Be(Replicas, "there are never fewer ready than promised");
        (await PlaceAsync(stage)).Should().Be(origin);
        var story = await stage.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token);
        story.Where(e => e.Kind.StartsWith("Shifted", StringComparison.Ordinal)).Select(e => e.Message)
            .Should().Equal("25 % is back: west 1.", "50 % is back: west 2.", "50 % has left: east 3.", "100 % is back: west 3.", "100 % has left: east 2, north 3.");
    }

    [Fact]
    public async Task Failback_ThatFails_GoesBackToWhereItWas_WithoutEverHavingLess()
    {
        await using var stage = await ReturnStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync(Shop, PlacementStage.Web(Replicas));
        await stage.AwayAsync("west", Shop);
        stage["west"].Faults.SetImageFault("web:v1", PodFault.CrashLoopBackOff);

        using var watch = new ReadyWatch(stage, "shop");
        var release = await stage.Rig.EndAsync((await stage.ReturnsAsync(Shop)).Id);

        release.Status.Should().Be(ReleaseStatus.RolledBack, await stage.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("west");
        watch.Least.Should().Be(Replicas);
        stage.Truth("west", "shop").Should().BeEmpty();
        (await PlaceAsync(stage)).Should().Be("east 4, north 4");
    }

    private static async Task<string> PlaceAsync(ReturnStage stage, string application = "shop")
    {
        var last = (await stage.Rig.Delivery.ListReleasesAsync(application, 0, 100, Token)).Items.First(r => r.Status == ReleaseStatus.Succeeded);
        return string.Join(", ", (await stage.Rig.Delivery.GetPlanAsync(last.Id, Token))!.Targets.OrderBy(t => t.Cluster, StringComparer.Ordinal).Select(t => $"{t.Cluster} {t.Replicas.Values.Sum()}"));
    }

    /// <summary>Counts pods over all clusters, all the time.</summary>
    private sealed class ReadyWatch : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task _counting;

        public ReadyWatch(ReturnStage stage, string ns) => _counting = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
            while (!_end.IsCancellationRequested)
            {
                var pods = stage.Clusters.SelectMany(c => c.Store.List("", "pods", ns)).ToList();
                Least = Math.Min(Least, pods.Count(p => p["metadata"]!["deletionTimestamp"] is null
                    && (p["status"]?["conditions"]?.AsArray() ?? []).Any(c => c!["type"]!.ToString() == "Ready" && c["status"]!.ToString() == "True")));
                await ((Task)timer.WaitForNextTickAsync(_end.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });

        public int Least { get; private set; } = int.MaxValue;

        public void Dispose()
        {
            _end.Cancel();
            _counting.GetAwaiter().GetResult();
            _end.Dispose();
        }
    }
}
