using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.EndToEnd.Tests.Shop;
using Kairship.Simulator;
using Kairship.Simulator.Faults;

namespace Kairship.EndToEnd.Tests.Kills;

/// <summary>
/// Three clusters in this process, which outlive the server in its own, and what the shop looks like in them at v1 and at v2 after releases that nobody
/// disturbed.
/// </summary>
public sealed class KillStage : IAsyncLifetime
{
    private readonly TempFolder _folder = new("kills");
    private readonly Dictionary<string, string> _pictures = [];

    private SimulatedFleet _fleet = null!;

    internal KairshipServerProcess Server { get; private set; } = null!;

    internal IReadOnlyList<ClusterApi> Clusters { get; private set; } = [];

    internal string DeveloperKey { get; private set; } = "";

    internal string ManagerKey { get; private set; } = "";

    /// <summary>The story of a canary release that nobody disturbed: "CanaryWeight", "Promoted east" ...</summary>
    internal IReadOnlyList<string> Story { get; private set; } = [];

    /// <summary>The revisions of all releases so far, oldest first.</summary>
    internal List<string> Released { get; } = [];

    /// <summary>What the clusters have now.</summary>
    internal string Current => Released[^1];

    internal string Other => Current == "v1" ? "v2" : "v1";

    internal ClusterApi Cluster(string name) => Clusters.Single(c => c.Name == name);

    internal ClusterFaults Faults(string cluster) => _fleet[cluster].Faults;

    public async ValueTask InitializeAsync()
    {
        _fleet = await SimulatedFleet.StartAsync([Describe("east", "edge"), Describe("west", "core"), Describe("north", "core")]);
        Clusters = [.. _fleet.Clusters.Select(c => new ClusterApi(c))];
        Server = new KairshipServerProcess(_folder);
        await Server.StartAsync();
        await PrepareAsync();

        foreach (var (revision, source) in ((string, string?)[])[("v1", ShopFiles.Manifests("v1")), ("v2", ShopFiles.Manifests("v2")), ("v1", null)])
        {
            using var scene = new KillScene(this, revision, source);
            await scene.OrderAsync();
            await scene.FinishAsync();
            (await scene.OutcomeAsync()).Should().Be("Succeeded");
            var pictures = await PicturesAsync();
            if (_pictures.TryAdd(revision, pictures))
            {
                pictures.Should().Contain($"web:{revision}");
            }
            else
            {
                pictures.Should().Be(_pictures[revision], "v1 after v2 looks like v1");
            }

            Story = await scene.StoryAsync();
        }

    }

    /// <summary>What the clusters must look like at a revision.</summary>
    internal string Expected(string revision) => _pictures[revision];

    /// <summary>What they look like, read from their own APIs.</summary>
    internal async Task<string> PicturesAsync()
    {
        List<string> pictures = [];
        foreach (var cluster in Clusters)
        {
            pictures.Add($"== {cluster.Name}\n{await ClusterPicture.TakeAsync(cluster)}");
        }

        return string.Join('\n', pictures);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        foreach (var cluster in Clusters)
        {
            cluster.Dispose();
        }

        await _fleet.DisposeAsync();
        _folder.Dispose();
    }

    private async Task PrepareAsync()
    {
        using var admin = Server.Connect();
        foreach (var cluster in _fleet.Clusters)
        {
            await admin.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig, null, cluster.Options.Labels));
        }

        DeveloperKey = (await admin.CreateKeyAsync(new CreateKeyRequest("developer", ["deployer"]))).Token;
        ManagerKey = (await admin.CreateKeyAsync(new CreateKeyRequest("manager", ["release-manager"]))).Token;
        await admin.ApplyApplicationAsync(ShopFiles.ApplicationYaml());
    }

    private static SimulatedClusterOptions Describe(string name, string tier) => new()
    {
        Name = name, Labels = new Dictionary<string, string> { ["tier"] = tier }, PodReadyAfter = TimeSpan.FromMilliseconds(100),
    };
}

[CollectionDefinition(Name)]
public sealed class KillStageCollection : ICollectionFixture<KillStage>
{
    public const string Name = "releases on one stage";
}
