using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Kairship.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Clusters;

/// <summary>Two of three clusters fall silent: the brake comes on, stays on through a restart, and goes off by a person or by itself.</summary>
public sealed class FleetBrakeTests : IAsyncLifetime
{
    private readonly RunningServer server = new()
    {
        Health = new HealthOptions
        {
            Interval = TimeSpan.FromMilliseconds(200), FailureThreshold = TimeSpan.FromMilliseconds(300), SuccessThreshold = TimeSpan.FromMilliseconds(300),
            LookTimeout = TimeSpan.FromMilliseconds(600), AskAgain = TimeSpan.FromMilliseconds(200), Recheck = TimeSpan.FromMilliseconds(50),
        },
        Brake = new BrakeOptions { WellFor = TimeSpan.FromMilliseconds(500) },
    };

    private readonly List<SimulatedCluster> clusters = [];

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        foreach (var name in new[] { "east", "north", "west" })
        {
            clusters.Add(await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = name, Nodes = 1 }));
            await server.Admin.JoinClusterAsync(new JoinClusterRequest(name, clusters[^1].Kubeconfig));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        foreach (var cluster in clusters)
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task OneOfThree_Goes_TwoStop_UntilAPersonReleases_OrTheyAreBack()
    {
        clusters[0].Faults.Unreachable = true;
        await EventuallyAsync(f => f is { Unreachable: 1, Brake: { On: false, Go: true } }, "one may be lost");
        (await server.Admin.Invoking(a => a.ReleaseBrakeAsync()).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(409);

        clusters[1].Faults.Frozen = true;
        await EventuallyAsync(f => f.Brake is { On: true, Go: false } && f.Lost.SequenceEqual(["east", "north"]), "two may not");
        await server.StopAsync();
        await server.StartAsync();
        var since = (await server.Admin.GetFleetAsync()).Brake.Since;
        since.Should().NotBeNull();

        var released = await server.Admin.ReleaseBrakeAsync();
        released.Brake.Should().Match<BrakeInfo>(b => !b.On && b.Go && b.Accepted.SequenceEqual(new[] { "east", "north" }) && b.ReleasedBy == "admin");
        (await server.Admin.ListAuditAsync()).Items.Where(a => a.Action == "fleet.release-brake").Select(a => a.Status).Should().Equal(200, 409);

        clusters[0].Faults.Heal();
        clusters[1].Faults.Heal();
        await EventuallyAsync(f => f is { Ready: 3, Brake.Accepted.Count: 0 }, "they count again");
        clusters[0].Faults.Unreachable = clusters[2].Faults.Unreachable = true;
        await EventuallyAsync(f => f.Brake.On, "the brake is on again");
        clusters[2].Faults.Heal();

        // Nobody releases it: the watch does, which nothing but the store tells.
        await Eventually.HoldsAsync(async () => !(await server.Services.GetRequiredService<IFleetBrakeStore>().ReadAsync(default)).State.IsOn, "it goes off by itself");
    }

    private Task EventuallyAsync(Func<FleetInfo, bool> holds, string what) =>
        Eventually.HoldsAsync(async () => holds(await server.Admin.GetFleetAsync()), what, async () => (await server.Admin.GetFleetAsync()).ToString());
}
