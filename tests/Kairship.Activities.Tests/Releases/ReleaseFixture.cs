using Kairship.Simulator;
using Kairship.Storage;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Releases;

/// <summary>Three simulated clusters and a rig on a database of its own.</summary>
public sealed class ReleaseFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kairship-release-").FullName;

    private ReleaseFixture(SimulatedFleet fleet) => Fleet = fleet;

    public SimulatedFleet Fleet { get; }

    public ReleaseRig Rig { get; private set; } = null!;

    public StorageOptions Storage => new() { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(_folder, "kairship.db")}" };

    public string Keys => _folder;

    public static async Task<ReleaseFixture> StartAsync()
    {
        var fixture = new ReleaseFixture(await SimulatedFleet.StartAsync(ShopSample.Clusters));
        fixture.Rig = await ReleaseRig.StartAsync(fixture.Storage, fixture.Keys);
        await fixture.Rig.ImportWorkflowsAsync();
        await fixture.Rig.JoinAsync(fixture.Fleet);
        return fixture;
    }

    /// <summary>What every cluster holds, "east deployments/web web:v1 4/4".</summary>
    public IReadOnlyList<string> Truth(string ns = "shop") =>
        [.. Fleet.Clusters.SelectMany(c => ClusterTruth.Of(c, ns).Select(line => $"{c.Name} {line}"))];

    /// <summary>What every cluster holds when web is at a tag and nothing of a canary is left.</summary>
    public IReadOnlyList<string> Expected(string web, string api = "v1") =>
    [
        .. Fleet.Clusters.SelectMany(c => (string[])
        [
            $"{c.Name} configmaps/shop", $"{c.Name} deployments/api api:{api} 2/2", $"{c.Name} deployments/web web:{web} 4/4", $"{c.Name} services/web",
        ]),
    ];

    public async ValueTask DisposeAsync()
    {
        await Rig.DisposeAsync();
        await Fleet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
