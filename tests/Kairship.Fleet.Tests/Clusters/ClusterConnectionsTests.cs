using Kairship.Fleet.Clusters;
using Kairship.Simulator;
using Kairship.Simulator.Faults;
using Microsoft.Extensions.Time.Testing;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Clusters;

/// <summary>Life of connections, and what the pipeline does with failures.</summary>
public class ClusterConnectionsTests : IAsyncLifetime
{
    private SimulatedCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "sim" });

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _cluster.Faults.Heal();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Get_KnownCluster_IsOneConnectionForAllCallers()
    {
        await using var fleet = new FleetUnderTest();
        await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        var connections = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fleet.Connections.GetAsync("edge").AsTask()));
        connections.Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Get_RecordChangedByAnotherProcess_IsRebuiltOnceItsKnowledgeIsOld()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(57));
        await using var fleet = new FleetUnderTest(clock: clock);
        var before = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        await fleet.Store.SaveAsync((await fleet.Store.GetAsync("edge", default))!, default);
        (await fleet.Connections.GetAsync("edge")).Should().BeSameAs(before);
        clock.Advance(TimeSpan.FromSeconds(6));
        var after = await fleet.Connections.GetAsync("edge");
        after.Should().NotBeSameAs(before);
        // What is under way may end on the old one.
        (await before.Resources.GetAsync(Namespace("default").Ref)).Should().NotBeNull();
        clock.Advance(TimeSpan.FromMinutes(1));
        await before.Invoking(b => b.Resources.GetAsync(Namespace("default").Ref)).Should().ThrowAsync<ClusterException>();
    }

    [Fact]
    public async Task Get_RecordOfLostKeys_SaysSo()
    {
        await using var first = new FleetUnderTest();
        await first.JoinAsync("edge", _cluster.Kubeconfig);
        await using var second = new FleetUnderTest();
        await second.Store.SaveAsync((await first.Store.GetAsync("edge", default))!, default);
        (await second.Invoking(s => s.Connections.GetAsync("edge").AsTask()).Should().ThrowAsync<ClusterException>()).Which.Message.Should().Contain("cannot be decrypted");
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests)]
    [InlineData(FaultKind.InternalError)]
    [InlineData(FaultKind.Reset)]
    public async Task Request_FlakyCluster_IsRepeatedUntilItWorks(FaultKind kind)
    {
        await using var fleet = new FleetUnderTest(o =>
        {
            o.MaxRetries = 10;
            o.BreakerFailureRatio = 1;
            o.MaxRetryDelay = TimeSpan.FromMilliseconds(20);
        });
        var connection = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        _cluster.Faults.Kinds = kind;
        _cluster.Faults.ErrorRate = 0.4;
        for (var i = 0; i < 25; i++)
        {
            var applied = await connection.Resources.ApplyAsync(ConfigMap($"a{i}"), new());
            applied.Object["data"]!["value"]!.ToString().Should().Be("1");
        }
    }

    [Fact]
    public async Task Request_ClusterThatStaysBroken_EndsAsThrottled_OrAsServerError()
    {
        await using var fleet = new FleetUnderTest(o => o.MaxRetryDelay = TimeSpan.FromMilliseconds(10));
        var connection = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        await connection.Discovery.AllAsync();
        _cluster.Faults.ErrorRate = 1;
        _cluster.Faults.Kinds = FaultKind.TooManyRequests;
        (await Failing(connection)).Kind.Should().Be(ClusterFailure.Throttled);
        _cluster.Faults.Kinds = FaultKind.InternalError;
        (await Failing(connection)).Kind.Should().Be(ClusterFailure.ServerError);
    }

    [Fact]
    public async Task Request_Unreachable_OpensTheCircuit_WhichClosesAgain()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(57));
        await using var fleet = new FleetUnderTest(o => o.MaxRetries = 0, clock);
        var connection = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        await connection.Discovery.AllAsync();
        _cluster.Faults.Unreachable = true;
        var kinds = new List<ClusterFailure>();
        for (var i = 0; i < 20; i++)
        {
            kinds.Add((await Failing(connection)).Kind);
        }

        kinds[0].Should().Be(ClusterFailure.Unreachable);
        kinds[^1].Should().Be(ClusterFailure.CircuitOpen);
        var requests = _cluster.Requests;
        (await Failing(connection)).Kind.Should().Be(ClusterFailure.CircuitOpen);
        _cluster.Requests.Should().Be(requests);
        _cluster.Faults.Heal();
        clock.Advance(TimeSpan.FromSeconds(11));
        (await connection.Resources.GetAsync(Namespace("default").Ref)).Should().NotBeNull();
    }

    [Fact]
    public async Task Request_FrozenCluster_TimesOut()
    {
        await using var fleet = new FleetUnderTest(o =>
        {
            o.AttemptTimeout = TimeSpan.FromSeconds(3);
            o.MaxRetries = 0;
        });
        var connection = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        await connection.Discovery.AllAsync();
        _cluster.Faults.Frozen = true;
        var failure = await Failing(connection);
        failure.Kind.Should().Be(ClusterFailure.Timeout, failure.ToString());
    }

    [Fact]
    public async Task Request_MoreThanTheQueueHolds_IsThrottled_AndTheRestGoThrough()
    {
        await using var fleet = new FleetUnderTest(o =>
        {
            o.Concurrency = 2;
            o.QueueLimit = 3;
        });
        var connection = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        await connection.Discovery.AllAsync();
        _cluster.Faults.Frozen = true;
        var requests = Enumerable.Range(0, 9).Select(_ => connection.Resources.GetAsync(Namespace("default").Ref)).ToList();
        await FleetUnderTest.UntilAsync(() => requests.Count(r => r.IsFaulted) == 4, "four refused requests");
        _cluster.Faults.Frozen = false;
        requests.Where(r => r.IsFaulted).Should().OnlyContain(r => ((ClusterException)r.Exception!.InnerException!).Kind == ClusterFailure.Throttled);
        (await Task.WhenAll(requests.Where(r => !r.IsFaulted))).Should().HaveCount(5).And.NotContainNulls();
    }

    [Fact]
    public async Task Request_CancelledByTheCaller_IsCancelled_NotFailed()
    {
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("edge", _cluster.Kubeconfig);
        await connection.Discovery.AllAsync();
        _cluster.Faults.Frozen = true;
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        await connection.Invoking(c => c.Resources.GetAsync(Namespace("default").Ref, cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<ClusterException> Failing(ClusterConnection connection) =>
        (await connection.Invoking(c => c.Resources.GetAsync(Namespace("default").Ref)).Should().ThrowAsync<ClusterException>()).Which;
}
