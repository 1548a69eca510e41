using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;
using Kairship.Server.Failover;
using Kairship.Server.Failover.Returning;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover;

/// <summary>What surveys remember is what nobody can change, and only as long as it is of use.</summary>
public sealed class RememberingTests : IAsyncLifetime
{
    private static readonly DateTimeOffset At = TimeProvider.System.GetUtcNow().AddHours(-1);
    private static readonly ClusterLoss West = new("west", 7, At);
    private readonly RunningServer server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IDeliveryStore Delivery => server.Services.GetRequiredService<IDeliveryStore>();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Survey_SeesWhatAnotherNodeChanged_AndForgetsApplicationsThatAreGone()
    {
        var (histories, origins) = (server.Services.GetRequiredService<ApplicationHistories>(), server.Services.GetRequiredService<OriginBook>());
        foreach (var name in new[] { "shop", "gone" })
        {
            await ReleaseAsync(name, "west", null);
        }

        (await PlacesAsync(histories)).Should().BeEquivalentTo("gone west", "shop west");
        await ReleaseAsync("shop", "east", West);
        (await PlacesAsync(histories)).Should().BeEquivalentTo("gone west", "shop east");
        var all = await histories.AllAsync(At, Token);
        (await origins.AllAsync(all, Token)).Should().ContainSingle().Which.Value.Release.Should().Be("shop-1");
        (histories.Remembered, origins.Remembered).Should().Be((2, 2));

        await ReleaseAsync("shop", "north", null);
        all = await histories.AllAsync(At.AddMinutes(-1), Token);
        all["shop"].Releases.Select(r => r.Id).Should().Equal("shop-3", "shop-2");
        all["shop"].FailoversFrom(West).Select(r => r.Id).Should().Equal("shop-2");
        (await histories.AllAsync(null, Token))["shop"].Releases.Should().ContainSingle("nobody asks for failovers that it has gone on from");

        await Delivery.SaveApplicationAsync(Application("shop") with { Failover = new FailoverPolicy { Stateful = new StatefulPolicy() } }, At, Token);
        (await histories.AllAsync(null, Token))["shop"].Stateful.Should().NotBeNull("the application says it now");

        await Delivery.BeginRemovalAsync("gone", At, Token);
        await Delivery.EndRemovalAsync("gone", removed: true, Token);
        (await PlacesAsync(histories)).Should().BeEquivalentTo("shop north");
        await origins.AllAsync(await histories.AllAsync(null, Token), Token);
        (histories.Remembered, origins.Remembered).Should().Be((1, 1));
    }

    [Fact]
    public async Task Report_RemembersTheStoriesOfFailoversThatSucceeded_UntilItsLossIsOver()
    {
        var (histories, reports) = (server.Services.GetRequiredService<ApplicationHistories>(), server.Services.GetRequiredService<LossReports>());
        await ReleaseAsync("shop", "west", null);
        await ReleaseAsync("shop", "east", West);
        await ReleaseAsync("pending", "west", null);
        await Delivery.StartReleaseAsync(new NewRelease(Application("pending"), "v1", "move", "ci", null, Failover(West)), At, Token);
        var scene = new FailoverScene(At, new Dictionary<string, ClusterLoss>(), new Dictionary<string, LostCluster>(), new FailoverOrder([], null), await histories.AllAsync(At.AddMinutes(-1), Token));

        var first = await reports.WriteAsync(scene, West, [], Token);
        reports.Remembered.Should().Be(1, "what is under way has its story before it");
        (await reports.WriteAsync(scene, West, [], Token)).Applications.Select(a => a.Times).Should().Equal(first.Applications.Select(a => a.Times));
        await reports.FileAsync(first, West, isOver: true, null, "instance", Token);
        reports.Remembered.Should().Be(0);
    }

    [Fact]
    public void Hooks_ThatWereAsked_AreForgotten_WhenTheirLossIsOver()
    {
        var hooks = server.Services.GetRequiredService<FenceHooks>();
        var item = new FailoverItem("shop", 500, FailoverVerdict.Fence, ["west"], 3, "because") { Hook = new FenceHook("none", null) };
        var history = new ApplicationHistory(Application("shop"), [], null!, null!, []);
        var scene = new FailoverScene(
            At, new Dictionary<string, ClusterLoss>(), new Dictionary<string, LostCluster> { ["west"] = new("west", 7, []) }, new FailoverOrder([item], null), new Dictionary<string, ApplicationHistory> { ["shop"] = history });

        hooks.Ask(scene);
        hooks.Remembered.Should().Be(1);
        hooks.Ask(scene with { Order = new FailoverOrder([], null) });
        hooks.Remembered.Should().Be(1, "it is asked again only after a while");
        hooks.Ask(scene with { Order = new FailoverOrder([], null), Lost = new Dictionary<string, LostCluster> { ["west"] = new("west", 9, []) } });
        hooks.Remembered.Should().Be(0);
    }

    private static async Task<IEnumerable<string>> PlacesAsync(ApplicationHistories histories) =>
        (await histories.AllAsync(null, Token)).Values.Select(h => $"{h.Application.Name} {string.Join(' ', h.Placement.Replicas.Keys)}");

    private static Application Application(string name) => new() { Name = name, Namespace = name };

    private static PlacementChange Failover(ClusterLoss loss) =>
        new(ReleaseKind.Failover, "lost") { Lost = [loss.Cluster], Losses = new Dictionary<string, long> { [loss.Cluster] = loss.Number } };

    /// <summary>As another node writes it.</summary>
    private async Task ReleaseAsync(string name, string cluster, ClusterLoss? from)
    {
        await Delivery.SaveApplicationAsync(Application(name), At, Token);
        await Delivery.AddRevisionAsync(name, "v1", ManifestParser.ToJsonArray(ManifestParser.Parse(FailoverStage.Web(3))), "v1", "ci", At, Token);
        var release = await Delivery.StartReleaseAsync(new NewRelease(Application(name), "v1", "move", "ci", null, from is null ? null : Failover(from)), At, Token);
        var here = new ClusterPlan(cluster, new Dictionary<string, string>(), "all", new Dictionary<string, int> { ["Deployment/web"] = 3 }, "", [], []);
        await Delivery.SavePlanAsync(release.Id, new Plan(name, "v1", null, [], [here], ""), Token);
        await Delivery.SetCurrentRevisionAsync(name, "v1", Token);
        await Delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, At.AddSeconds(5), Token);
    }
}
