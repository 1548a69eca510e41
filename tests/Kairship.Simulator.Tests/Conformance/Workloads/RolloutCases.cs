using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>The arithmetic of rolling and recreating.</summary>
public abstract class RolloutCases(ConformanceServer server) : WorkloadCases(server)
{
    // Where a rollout to pods that never get ready stops: old and new size. Shares of surge round up, those of unavailable down.
    [Theory]
    [InlineData(3, "\"25%\"", "\"25%\"", 3, 1)]
    [InlineData(4, "0", "1", 3, 1)]
    [InlineData(5, "\"50%\"", "\"50%\"", 3, 5)]
    [InlineData(2, "\"0%\"", "\"10%\"", 1, 1)]
    public async Task Rollout_ToPodsThatNeverGetReady_StopsAtItsBounds(int replicas, string surge, string unavailable, int old, int fresh)
    {
        await DeploymentAsync("web", replicas, Strategy(surge, unavailable));
        await UntilRolledOutAsync("web");
        await SetImageAsync("deployments", "web", "app:unready");

        var sizes = await UntilAsync(() => SizesAsync("web"), s => s.SequenceEqual([old, fresh]), $"sizes are {old} and {fresh}");

        await UntilAsync(In("apps/v1", "deployments/web"), d => Number(d, "status", "replicas") == old + fresh && Number(d, "status", "availableReplicas") == old);
        (await SizesAsync("web")).Should().Equal(sizes);
    }

    [Fact]
    public async Task Rollout_AtEveryRevision_StaysWithinSurgeAndUnavailable()
    {
        await DeploymentAsync("web", 4, Strategy("1", "1"));
        await UntilRolledOutAsync("web");
        var sets = await GetAsync(In("apps/v1", "replicasets"));
        using var watch = await WatchAsync(In("apps/v1", "replicasets"), $"resourceVersion={sets.ResourceVersion}");
        await SetImageAsync("deployments", "web", "app:2");
        await UntilRolledOutAsync("web");
        await WorkloadAsync("replicasets", "marker", "\"replicas\":0", Template("marker"));

        var sizes = sets.Items().ToDictionary(NameOf, s => Number(s, "spec", "replicas"));
        var totals = new List<long>();
        for (var next = await watch.NextAsync(); next!.Name != "marker"; next = await watch.NextAsync())
        {
            sizes[next.Name] = next.Type == "DELETED" ? 0 : Number(next.Object, "spec", "replicas");
            totals.Add(sizes.Values.Sum());
        }

        totals.Should().OnlyContain(t => t >= 3 && t <= 5);
        totals.Should().HaveCountGreaterThan(4);
    }

    [Fact]
    public async Task Rollout_OfTypeRecreate_StartsNothingWhileAnOldPodIsThere()
    {
        await DeploymentAsync("web", 2, "\"strategy\":{\"type\":\"Recreate\"}");
        await UntilRolledOutAsync("web");
        var pods = await GetAsync(In("pods"));
        using var watch = await WatchAsync(In("pods"), $"resourceVersion={pods.ResourceVersion}");
        await SetImageAsync("deployments", "web", "app:2");
        await UntilRolledOutAsync("web");
        await PodAsync("marker");

        var images = pods.Items().ToDictionary(NameOf, ImageOf);
        for (var next = await watch.NextAsync(); next!.Name != "marker"; next = await watch.NextAsync())
        {
            images.Remove(next.Name);
            if (next.Type != "DELETED")
            {
                images[next.Name] = ImageOf(next.Object);
            }

            images.Values.Distinct().Should().HaveCountLessThan(2);
        }

        images.Values.Should().Equal("app:2", "app:2");
    }

    [Fact]
    public async Task Rollout_ScaledInItsMiddle_SpreadsTheDifferenceInProportion()
    {
        await DeploymentAsync("web", 10, Strategy("3", "2"));
        await UntilRolledOutAsync("web");
        await SetImageAsync("deployments", "web", "app:unready");
        await UntilAsync(() => SizesAsync("web"), s => s.SequenceEqual([8, 5]));
        await UntilAsync(In("apps/v1", "deployments/web"), d => Number(d, "status", "replicas") == 13);

        await ScaleAsync("deployments", "web", 15);

        await UntilAsync(() => SizesAsync("web"), s => s.SequenceEqual([11, 7]), "the example of the documentation");
    }

    [Fact]
    public async Task Rollout_ChangedBeforeItEnds_LeavesTheMiddleRevisionBehind()
    {
        await DeploymentAsync("web", 3, Strategy("1", "0"));
        await UntilRolledOutAsync("web");
        await SetImageAsync("deployments", "web", "app:unready");
        await UntilPodsAsync("web", p => p.Any(x => ImageOf(x) == "app:unready"));
        await SetImageAsync("deployments", "web", "app:3");
        await UntilRolledOutAsync("web");

        (await SizesAsync("web")).Should().Equal(0, 0, 3);
        (await PodsAsync("web")).Should().OnlyContain(p => ImageOf(p) == "app:3");
    }

    private static string Strategy(string surge, string unavailable) =>
        $$"""
        "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":{{surge}},"maxUnavailable":{{unavailable}} } }
        """;

    private async Task<IReadOnlyList<int>> SizesAsync(string app) => [.. (await ReplicaSetsAsync(app)).Select(s => (int)Number(s, "spec", "replicas"))];
}

public sealed class SimulatedRollouts(SimulatedServer server) : RolloutCases(server);

public sealed class RealRollouts(RealServer server) : RolloutCases(server);
