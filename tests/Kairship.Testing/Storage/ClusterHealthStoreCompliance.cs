using FluentAssertions;
using Kairship.Fleet.Health;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>What <see cref="IClusterHealthStore"/> promises. A store passes when a one-line subclass passes. Every test has a store of its own.</summary>
public abstract class ClusterHealthStoreCompliance : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private StoreUnderTest<IClusterHealthStore>? opened;

    protected IClusterHealthStore Store => opened?.Store ?? throw new InvalidOperationException("The store is not open yet.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<StoreUnderTest<IClusterHealthStore>> OpenAsync();

    public async ValueTask InitializeAsync() => opened = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (opened is not null)
        {
            await opened.CloseAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Transition_Committed_ComesBackWithItsReport_AndIsUnannounced()
    {
        (await Store.CommitAsync(Transition("east", 1), Report("east", 1), isAnnounced: true, Cancel)).Should().BeTrue();
        (await Store.CommitAsync(Transition("east", 2), Report("east", 2), isAnnounced: false, Cancel)).Should().BeTrue();

        (await Store.GetAsync("east", Cancel)).Should().BeEquivalentTo(Report("east", 2));
        (await Store.ListAsync(Cancel)).Should().ContainSingle();
        (await Store.GetAsync("west", Cancel)).Should().BeNull();
        (await Store.HistoryAsync("east", 10, Cancel)).Should().Equal(Transition("east", 2), Transition("east", 1));
        (await Store.HistoryAsync("east", 1, Cancel)).Should().Equal(Transition("east", 2));
        (await Store.UnannouncedAsync(Cancel)).Should().Equal(new PendingAnnouncement(Transition("east", 2), false));
    }

    [Fact]
    public async Task Transition_SameNumberByTwoNodes_IsOnes()
    {
        await Store.CommitAsync(Transition("east", 1), Report("east", 1), isAnnounced: true, Cancel);
        var committed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.CommitAsync(Transition("east", 2), Report("east", 2), isAnnounced: false, Cancel))));

        committed.Count(c => c).Should().Be(1);
        (await Store.UnannouncedAsync(Cancel)).Should().ContainSingle();
        (await Store.CommitAsync(Transition("east", 4), Report("east", 4), isAnnounced: false, Cancel)).Should().BeFalse("3 is next");
    }

    [Fact]
    public async Task Announcement_GoesFromNobodyToWaitsToAll_AndNotBack()
    {
        await Store.CommitAsync(Transition("east", 1), Report("east", 1), isAnnounced: false, Cancel);
        await Store.CommitAsync(Transition("east", 2), Report("east", 2), isAnnounced: false, Cancel);
        await Store.MarkAnnouncedAsync("east", 1, all: false, Cancel);
        (await Store.UnannouncedAsync(Cancel)).Should().Equal(new PendingAnnouncement(Transition("east", 1), true), new PendingAnnouncement(Transition("east", 2), false));

        await Store.MarkAnnouncedAsync("east", 1, all: true, Cancel);
        await Store.MarkAnnouncedAsync("east", 1, all: false, Cancel);
        (await Store.UnannouncedAsync(Cancel)).Should().Equal(new PendingAnnouncement(Transition("east", 2), false));
    }

    [Fact]
    public async Task Report_Saved_Replaces_UnlessATransitionWasFaster()
    {
        await Store.CommitAsync(Transition("east", 1), Report("east", 1), isAnnounced: true, Cancel);
        await Store.SaveAsync([Report("east", 1) with { Version = "v2" }], Cancel);
        (await Store.GetAsync("east", Cancel))!.Version.Should().Be("v2");

        await Store.CommitAsync(Transition("east", 2), Report("east", 2), isAnnounced: true, Cancel);
        await Store.SaveAsync([Report("east", 1) with { Version = "old" }], Cancel);
        (await Store.GetAsync("east", Cancel)).Should().BeEquivalentTo(Report("east", 2));
    }

    [Fact]
    public async Task Cluster_Forgotten_HasNoReport_AndItsNumbersGoOn()
    {
        await Store.CommitAsync(Transition("east", 1), Report("east", 1), isAnnounced: true, Cancel);
        await Store.ForgetAsync("east", Cancel);

        (await Store.ListAsync(Cancel)).Should().BeEmpty();
        (await Store.CommitAsync(Transition("east", 1), Report("east", 1), isAnnounced: true, Cancel)).Should().BeFalse();
        (await Store.CommitAsync(Transition("east", 2), Report("east", 2), isAnnounced: true, Cancel)).Should().BeTrue();
    }

    [Fact]
    public async Task Claim_IsOneNodes_UntilItEndsOrIsGivenUp()
    {
        (await ClaimAsync("a", 0, "east", "west")).Should().BeEquivalentTo("east", "west");
        (await ClaimAsync("b", 10, "east", "west", "north")).Should().BeEquivalentTo("north");
        (await ClaimAsync("a", 20, "east", "west", "north")).Should().BeEquivalentTo("east", "west");
        (await ClaimAsync("b", 45, "east", "west", "north")).Should().BeEquivalentTo(["north"], "the claims of a go to 50, its own ended and is renewed");
        (await ClaimAsync("b", 51, "east", "west", "north")).Should().BeEquivalentTo("east", "west", "north");
        await Store.ReleaseAsync("b", Cancel);
        (await ClaimAsync("a", 52, "east", "west", "north")).Should().BeEquivalentTo("east", "west", "north");
    }

    [Fact]
    public async Task Claim_BySeveralNodesAtOnce_IsOneNodesEach()
    {
        string[] clusters = [.. Enumerable.Range(0, 20).Select(i => $"c{i}")];
        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() => ClaimAsync($"n{n}", 0, clusters))));
        claims.SelectMany(c => c).Should().BeEquivalentTo(clusters);
    }

    /// <summary>Whoever joins a cluster commits its first transition while another node claims it.</summary>
    [Fact]
    public async Task FirstTransition_WhileItIsClaimed_BothHappen()
    {
        for (var round = 0; round < 40; round++)
        {
            var cluster = $"c{round}";
            var claim = Task.Run(() => ClaimAsync("a", 0, cluster));
            var commit = Task.Run(() => Store.CommitAsync(Transition(cluster, 1), Report(cluster, 1), isAnnounced: true, Cancel));

            (await claim).Should().BeEquivalentTo(cluster);
            (await commit).Should().BeTrue();
        }
    }

    private Task<IReadOnlySet<string>> ClaimAsync(string owner, int second, params string[] clusters) =>
        Store.ClaimAsync(owner, clusters, Noon.AddSeconds(second), Noon.AddSeconds(second + 30), Cancel);

    private static ClusterTransition Transition(string cluster, long number) =>
        new(cluster, number, number == 1 ? null : ConditionStatus.True, ConditionStatus.Unknown, "Unreachable", "not reachable: \u2603", Noon.AddMinutes(number));

    private static ClusterReport Report(string cluster, long number) => new(
        cluster,
        [new ClusterCondition(ClusterCondition.Ready, ConditionStatus.Unknown, "Unreachable", "not reachable", Noon)],
        "v1.34.0",
        new ClusterCapacity(3, 2, new ResourceAmounts(24_000, 96L << 30, 330), new ResourceAmounts(1500, 1L << 30, 7), 1, Noon),
        new LatencySummary(1.5, 20, 60),
        Noon.AddMinutes(number),
        number,
        "Ready: ");
}
