using System.Net;
using System.Net.Sockets;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Fleet.Tests.Health;

public class FleetBrakeKeeperTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly InMemoryFleetBrakeStore _store = new();

    [Fact]
    public async Task Anchors_AreAsked_AndOneThatTakesAConnectionIsEnough()
    {
        using var open = new TcpListener(IPAddress.Loopback, 0);
        open.Start();
        using var shut = new TcpListener(IPAddress.Loopback, 0);
        shut.Start();
        var closed = Address(shut);
        shut.Stop();

        (await Keeper([closed, Address(open)]).AskAsync()).Brake.Go.Should().BeTrue();
        (await Keeper([closed]).AskAsync()).Brake.Should().Match<BrakeDecision>(b => !b.Go && b.Why.Contains("anchors"));
        (await _store.ReadAsync(default)).Should().Match<StoredBrake>(s => s.State.IsOn && s.Version == 2, "who was lost, and that it came on");
    }

    [Fact]
    public async Task Decisions_OfManyAtOnce_AreWrittenOnce_AndReleasedOnce()
    {
        var keeper = Keeper([], "east", "north");
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => keeper.AskAsync())));

        asked.Should().OnlyContain(a => !a.Brake.Go);
        (await _store.ReadAsync(default)).Version.Should().Be(1, "nothing changed after the first");
        (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => keeper.ReleaseAsync("ops"))))).Count(v => v is not null).Should().Be(1);
        (await keeper.AskAsync()).Brake.Should().Match<BrakeDecision>(b => b.Go && b.State.ReleasedBy == "ops" && b.State.Accepted.SequenceEqual(new[] { "east", "north" }));
    }

    private static string Address(TcpListener listener) => listener.LocalEndpoint.ToString()!;

    private FleetBrakeKeeper Keeper(IReadOnlyList<string> anchors, params string[] lost) =>
        new(new Sights(lost.Length == 0 ? ["east"] : lost), _store, new BrakeOptions { Anchors = anchors }, new FakeTimeProvider(Noon));

    private sealed class Sights(string[] lost) : IFleetSights
    {
        public Task<IReadOnlyList<ClusterSight>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ClusterSight>>(
            [.. lost.Select(c => new ClusterSight(c, Readiness.Unreachable, Noon)), new ClusterSight("west", Readiness.Ready, Noon.AddDays(-1))]);
    }
}
