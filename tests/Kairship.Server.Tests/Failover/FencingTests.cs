using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Fleet.Health;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Failover;

/// <summary>A person confirms that a lost cluster runs nothing: for the loss that was seen, and no other.</summary>
public sealed class FencingTests : IAsyncLifetime
{
    private readonly RunningServer server = new() { Health = QuickHealth.Options };
    private SimulatedCluster east = null!;

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        east = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east", Nodes = 1 });
        await server.Admin.JoinClusterAsync(new JoinClusterRequest("east", east.Kubeconfig));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await east.DisposeAsync();
    }

    [Fact]
    public async Task Confirmation_HoldsForTheLossThatWasSeen_AndThroughARestart_AndNotForTheNext()
    {
        await Eventually.HoldsAsync(async () => (await server.Admin.GetClusterAsync("east")).Condition?.Ready == "True", "it is ready");
        (await server.Admin.GetFencingAsync("east")).Should().Be(new FencingInfo("east", null, "NotLost"));
        await RefusedAsync(409, "not lost", "off");

        east.Faults.Unreachable = true;
        await StateAsync("Unknown");
        var first = (await server.Admin.GetFencingAsync("east")).Loss!.Value;
        await RefusedAsync(422, "how", " ");
        await RefusedAsync(422, "how", new string('x', 1001));
        await RefusedAsync(409, "lost again", "off", first - 1);
        (await server.Admin.Invoking(a => a.ConfirmFencedAsync("nowhere", new ConfirmFencedRequest("off"))).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(404);

        var confirmed = await server.Admin.ConfirmFencedAsync("east", new ConfirmFencedRequest("powered off in the rack", first));
        confirmed.Should().Match<FencingInfo>(f => f.State == "Confirmed" && f.By == "admin" && f.How == "powered off in the rack" && f.Loss == first);
        await server.StopAsync();
        await server.StartAsync();
        (await server.Admin.ConfirmFencedAsync("east", new ConfirmFencedRequest("said before"))).Should().Be(confirmed, "it was said before, and a restart takes nothing back");
        (await server.Admin.ListAuditAsync()).Items.Where(a => a is { Action: "cluster.confirm-fenced", Status: 200 }).Should().HaveCount(2).And.OnlyContain(a => a.Subject == "east" && a.Detail!.Contains("powered off"));

        east.Faults.Heal();
        await StateAsync("Returned");
        east.Faults.Unreachable = true;
        await StateAsync("Unknown");
        (await server.Admin.GetFencingAsync("east")).Loss.Should().BeGreaterThan(first);
        await RefusedAsync(409, "lost again", "off", first);
    }

    private Task StateAsync(string state) => Eventually.HoldsAsync(async () => (await server.Admin.GetFencingAsync("east")).State == state, $"its fencing is {state}");

    private async Task RefusedAsync(int status, string says, string how, long? loss = null)
    {
        var refused = (await server.Admin.Invoking(a => a.ConfirmFencedAsync("east", new ConfirmFencedRequest(how, loss))).Should().ThrowAsync<KairshipApiException>()).Which;
        refused.Status.Should().Be(status);
        (refused.Message + string.Concat(refused.Errors.Select(e => e.Path))).Should().Contain(says);
    }
}

/// <summary>Losses and returns count after a fraction of a second.</summary>
internal static class QuickHealth
{
    public static HealthOptions Options { get; } = new()
    {
        Interval = TimeSpan.FromMilliseconds(200), FailureThreshold = TimeSpan.FromMilliseconds(300), SuccessThreshold = TimeSpan.FromMilliseconds(300),
        LookTimeout = TimeSpan.FromMilliseconds(600), AskAgain = TimeSpan.FromMilliseconds(200), Recheck = TimeSpan.FromMilliseconds(50),
    };
}
