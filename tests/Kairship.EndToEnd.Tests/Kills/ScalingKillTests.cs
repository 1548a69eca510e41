using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.Simulator;
using Kairship.Simulator.Faults;

namespace Kairship.EndToEnd.Tests.Kills;

/// <summary>The server dies by SIGKILL while an application is scaled by a rule of its own. It is scaled once all the same.</summary>
public sealed class ScalingKillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Name = "scaled";
    private readonly TempFolder folder = new("scaling-kills");
    private SimulatedFleet fleet = null!;
    private KairshipServerProcess server = null!;

    public async ValueTask InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync(new[] { "east", "west" }.Select(c => new SimulatedClusterOptions { Name = c, PodReadyAfter = TimeSpan.FromMilliseconds(300) }));
        server = new KairshipServerProcess(folder);
        await server.StartAsync();
        using var admin = server.Connect();
        foreach (var cluster in fleet.Clusters)
        {
            await admin.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig));
        }

        await admin.ApplyApplicationAsync(Application(4));
        var first = await admin.StartReleaseAsync(Name, new StartReleaseRequest(Web, Revision: "v1"));
        await Patience.UntilAsync(async () => (await admin.GetReleaseAsync(first.Id)).Release.Status == "Succeeded", server.Tail);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await fleet.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task ServerKilled_AtFiveMomentsOfAScaling_ScalesOnce()
    {
        (bool Held, Func<KairshipClient, int, Task<bool>> IsReached)[] moments =
        [
            (true, async (client, before) => (await client.ListInstancesAsync()).Items.Any(i => i.DefinitionId == "scale-out" && i.Status != "Finished")),
            (false, async (client, before) => (await ScalingsAsync(client)).Count > before),
            (true, async (client, before) => await ClustersAsync(client, before) is { } c && c.Any(s => s.Phase == "Promoting")),
            (false, async (client, before) => await ClustersAsync(client, before) is { } c && c.Any(s => s.Phase == "Promoted")),
            (false, async (client, before) => (await ScalingsAsync(client)) is var all && all.Count > before && all[0].IsOver),
        ];
        for (var i = 0; i < moments.Length; i++)
        {
            var total = i % 2 == 0 ? 10 : 4;
            await ScaleAsync(moments[i].IsReached, moments[i].Held, i, total);
            fleet.Clusters.Sum(Ready).Should().Be(total, "moment {0}", i);
        }

        server.Errors().Should().BeEmpty("nothing went wrong that anybody should look at");
    }

    /// <param name="held">Pods do not get ready until the server is back, so that the moment lasts however slow the machine is.</param>
    private async Task ScaleAsync(Func<KairshipClient, int, Task<bool>> moment, bool held, int before, int total)
    {
        if (held)
        {
            fleet.Clusters.ToList().ForEach(c => c.Faults.SetImageFault("web:v1", PodFault.Unready));
        }

        using (var client = server.Connect())
        {
            await client.ApplyApplicationAsync(Application(total));
            await Patience.UntilAsync(() => moment(client, before), () => $"moment {before} does not come\n{server.Tail()}", look: TimeSpan.FromMilliseconds(5));
        }

        await server.KillAsync();
        await server.StartAsync();
        fleet.Clusters.ToList().ForEach(c => c.Faults.ClearImageFaults());
        using var admin = server.Connect();
        await Patience.UntilAsync(
            async () => (await ScalingsAsync(admin)) is [{ IsOver: true }, ..] all && all.Count > before && (await admin.ListInstancesAsync()).Items.All(i => i.Status == "Finished"),
            () => $"killed at moment {before}: the scaling does not end\n{server.Tail()}");
        var scalings = await ScalingsAsync(admin);
        output.WriteLine($"{before}: {scalings[0]}");
        scalings.Should().HaveCount(before + 1).And.OnlyContain(r => r.Status == "Succeeded" && r.RequestedBy == "workflow:scale-out");
        (await admin.ListInstancesAsync()).Items.Should().OnlyContain(i => i.IncidentCount == 0 && i.QuarantineReason == null);
        await Patience.UntilAsync(() => Task.FromResult(fleet.Clusters.Sum(Ready) == total), () => $"killed at moment {before}: there are {fleet.Clusters.Sum(Ready)} pods instead of {total}");
    }

    private static async Task<IReadOnlyList<ReleaseInfo>> ScalingsAsync(KairshipClient client) => [.. (await client.GetHistoryAsync(Name)).Items.Where(r => r.Kind == "Scale")];

    private static async Task<IReadOnlyList<ReleaseClusterInfo>?> ClustersAsync(KairshipClient client, int before) =>
        await ScalingsAsync(client) is var all && all.Count > before ? (await client.GetReleaseAsync(all[0].Id)).Clusters : null;

    private static int Ready(SimulatedCluster cluster) => cluster.Store.List("apps", "deployments", Name).Sum(d => int.TryParse(d["status"]?["readyReplicas"]?.ToString(), out var ready) ? ready : 0);

    private static string Application(int total) => $$"""
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: {{Name}}}
        spec:
          namespace: {{Name}}
          placement:
            replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
          rollout: {workflow: deploy, waves: [{name: first, labelSelector: {}, maxConcurrency: 1}]}
          scaling: {min: 2, max: 20, cron: [{name: always, schedule: "* * * * * *", timeZone: Europe/Berlin, targetReplicas: {{total}} }]}
        """;

    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 4
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "example/web:v1"}]}
        """;
}
