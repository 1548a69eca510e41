using System.Text;
using k8s;

namespace Kairship.Simulator.Tests.Hosting;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "memory of the process";
}

/// <summary>
/// A thousand clusters of 100 nodes and 20 pods shall take less than 4 GiB, 4 MiB each. What the process takes is what lives and what the garbage collector
/// lets lie about, at worst about three times as much; a twentieth of the fleet is measured here, all of it by the benchmark "sim".
/// </summary>
[Collection(MemoryCollection.Name)]
public sealed class FleetMemoryTests
{
    private const int Clusters = 50;
    private const int Pods = 20;
    private const double MostLiving = 4.0 / 4;

    [Fact]
    public async Task Fleet_OfFiftyClusters_LivesInAQuarterOfItsShare_AndIdlesForNothing()
    {
        var ct = TestContext.Current.CancellationToken;
        // What is loaded once for all clusters is no cluster's.
        await using (var first = await SimulatedFleet.StartAsync([new() { Name = "first", Nodes = 1 }], ct: ct))
        {
            await DeployAsync(first["first"], ct);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var fleet = await SimulatedFleet.StartAsync(Enumerable.Range(0, Clusters).Select(i => new SimulatedClusterOptions { Name = $"c{i}", Nodes = 100 }), ct: ct);
        await Parallel.ForEachAsync(fleet.Clusters, ct, async (cluster, token) => await DeployAsync(cluster, token));
        foreach (var cluster in fleet.Clusters)
        {
            await Eventually.Of(() => cluster.Store.Get(new("apps", "deployments", "default", "web"))?["status"]?["readyReplicas"]?.ToJsonString(), r => r == $"{Pods}");
            cluster.Store.Rest(everything: true);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0 / Clusters;
        var revisions = fleet.Clusters.Select(c => c.Store.Revision).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:0.000} MiB live for each cluster");

        each.Should().BeLessThan(MostLiving);
        fleet.Clusters.Should().OnlyContain(c => c.Store.Count("", "pods") == Pods && c.ControllerFailures == 0);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, ct);
        fleet.Clusters.Select(c => c.Store.Revision).Should().Equal(revisions, "an idle cluster writes nothing");
    }

    private static async Task DeployAsync(SimulatedCluster cluster, CancellationToken ct)
    {
        using var http = ClusterClient.Http(cluster);
        var body = KubernetesJson.Serialize(ClusterClient.Deployment("web", Pods));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/apis/apps/v1/namespaces/default/deployments", content, ct);
        answer.EnsureSuccessStatusCode();
    }
}
