using FluentAssertions;
using Kairship.Delivery.Placement;
using Kairship.Fleet.Clusters;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>What <see cref="IClusterStore"/> promises. A store passes when a one-line subclass passes. Every test has a store of its own.</summary>
public abstract class ClusterStoreCompliance : IAsyncLifetime
{
    private StoreUnderTest<IClusterStore>? opened;

    protected IClusterStore Store => opened?.Store ?? throw new InvalidOperationException("The store is not open yet.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<StoreUnderTest<IClusterStore>> OpenAsync();

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
    public async Task Cluster_Saved_ComesBackWholeWithItsFirstRevision()
    {
        var saved = await Store.SaveAsync(Cluster("eu-1"), Cancel);

        saved.Should().BeEquivalentTo(Cluster("eu-1") with { Revision = 1 });
        (await Store.GetAsync("eu-1", Cancel)).Should().BeEquivalentTo(saved);
        (await Store.GetAsync("eu-2", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Cluster_SavedAgain_IsReplacedUnderAHigherRevision()
    {
        await Store.SaveAsync(Cluster("eu-1"), Cancel);

        var replaced = await Store.SaveAsync(
            Cluster("eu-1") with { Context = null, Labels = new Dictionary<string, string>(), ProtectedKubeconfig = [9], Revision = 77 }, Cancel);

        replaced.Revision.Should().Be(2, "the store counts, whatever the caller says");
        (await Store.GetAsync("eu-1", Cancel)).Should().BeEquivalentTo(replaced);
        (await Store.ListAsync(Cancel)).Should().ContainSingle();
    }

    [Fact]
    public async Task Cluster_SavedAtTheSameTime_CountsEverySave()
    {
        var saved = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Store.SaveAsync(Cluster("eu-1"), Cancel))));

        saved.Select(x => x.Revision).Should().BeEquivalentTo(Enumerable.Range(1, 10).Select(x => (long)x));
    }

    [Fact]
    public async Task Clusters_Listed_ComeByName()
    {
        foreach (var name in new[] { "us-1", "eu-2", "eu-1" })
        {
            await Store.SaveAsync(Cluster(name), Cancel);
        }

        (await Store.ListAsync(Cancel)).Select(x => x.Name).Should().Equal("eu-1", "eu-2", "us-1");
    }

    [Fact]
    public async Task Cluster_Removed_IsGoneAndItsRevisionIsNotUsedAgain()
    {
        await Store.SaveAsync(Cluster("eu-1"), Cancel);

        (await Store.RemoveAsync("eu-1", Cancel)).Should().BeTrue();
        (await Store.RemoveAsync("eu-1", Cancel)).Should().BeFalse();

        (await Store.GetAsync("eu-1", Cancel)).Should().BeNull();
        (await Store.ListAsync(Cancel)).Should().BeEmpty();
        (await Store.SaveAsync(Cluster("eu-1"), Cancel)).Revision.Should().BeGreaterThan(1, "a connection of the first must not look current");
    }

    [Fact]
    public async Task Taints_Changed_StayWhenItJoinsAgain_AndGoWhenItIsRemoved()
    {
        var taint = new Taint("maintenance", TaintEffect.NoExecute, "disks", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        (await Store.ChangeTaintsAsync("eu-1", _ => [taint], Cancel)).Should().BeNull();
        (await Store.SaveAsync(Cluster("eu-1") with { Taints = [taint] }, Cancel)).Taints.Should().Equal(taint);

        (await Store.ChangeTaintsAsync("eu-1", old => [.. old, taint with { Effect = TaintEffect.NoSchedule }], Cancel))!.Taints.Should().HaveCount(2);
        (await Store.ChangeTaintsAsync("eu-1", _ => null, Cancel))!.Taints.Should().HaveCount(2);
        (await Store.SaveAsync(Cluster("eu-1"), Cancel)).Taints.Should().Equal(taint, taint with { Effect = TaintEffect.NoSchedule });
        (await Store.GetAsync("eu-1", Cancel))!.Should().Match<ClusterRecord>(c => c.Taints.Count == 2 && c.Revision == 2, "taints are no reason to connect anew");

        await Store.RemoveAsync("eu-1", Cancel);
        (await Store.SaveAsync(Cluster("eu-1"), Cancel)).Taints.Should().BeEmpty();
    }

    [Fact]
    public async Task Taints_ChangedAtTheSameTime_AreAllThere()
    {
        await Store.SaveAsync(Cluster("eu-1"), Cancel);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Store.ChangeTaintsAsync("eu-1", old => [.. old, new Taint($"k{i}", TaintEffect.NoSchedule)], Cancel))));

        (await Store.GetAsync("eu-1", Cancel))!.Taints.Should().HaveCount(8);
    }

    private static ClusterRecord Cluster(string name) => new(
        name, new Dictionary<string, string> { ["region"] = "eu", ["tier"] = "prod" }, [1, 2, 3, 0, 255], "admin", "https://127.0.0.1:6443", 0,
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
}
