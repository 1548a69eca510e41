using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Server.Hosting;
using Kairship.Simulator.Control;
using Kairship.Simulator.Faults;
using Microsoft.AspNetCore.Builder;
using Serilog.Events;

namespace Kairship.Benchmarks.Failover;

/// <summary>A server with default settings and the shipped workflows on SQLite, three simulated clusters in a process of their own, and applications that are divided over two or three of them, the first always among them.</summary>
internal sealed class MovingStage : IAsyncDisposable
{
    private const int ReleasesAtOnce = 8;
    private readonly string _folder = Directory.CreateTempSubdirectory("kairship-moving-").FullName;
    private SimulatorProcess _simulator = null!;
    private WebApplication _app = null!;

    public KairshipClient Client { get; private set; } = null!;

    /// <summary>In the order of their names; the first is the one that gets lost.</summary>
    public IReadOnlyList<string> Kubeconfigs => _simulator.Kubeconfigs;

    public IReadOnlyList<string> Clusters => [.. Kubeconfigs.Select(f => Path.GetFileNameWithoutExtension(f)!)];

    public string Folder => _folder;

    public static async Task<MovingStage> StartAsync(int applications)
    {
        var stage = new MovingStage();
        stage._simulator = await SimulatorProcess.StartAsync(3, nodes: 5, Path.Combine(stage._folder, "simulator"));
        stage._app = KairshipServer.Build(new ServerOptions
        {
            DataDirectory = Path.Combine(stage._folder, "server"), Urls = "http://127.0.0.1:0", NodeName = "benchmark", LogToConsole = false, LogLevel = LogEventLevel.Warning,
            ShutdownTimeout = TimeSpan.FromSeconds(5),
        });
        await stage._app.StartAsync();
        stage.Client = KairshipClient.Connect(new Uri(stage._app.Urls.First()), (await File.ReadAllTextAsync(Path.Combine(stage._folder, "server", "admin.key"))).Trim());
        foreach (var file in stage.Kubeconfigs)
        {
            await stage.Client.JoinClusterAsync(new JoinClusterRequest(Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file)));
        }

        await stage.PrepareAsync(applications);
        return stage;
    }

    /// <summary>Its host refuses connections from now on.</summary>
    public async Task LoseAsync()
    {
        using var control = SimulatorClient.Find(Path.Combine(_folder, "simulator"));
        await control.FaultAsync(Clusters[0], new FaultRequest { Fault = "unreachable" }, default);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public static string Name(int application) => $"app-{application:000}";

    public static string Manifests(int replicas, string name = "web") => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec:
              containers:
              - {name: web, image: "example/web:v1" }
        """;

    private async Task PrepareAsync(int applications)
    {
        await Parallel.ForAsync(0, applications, new ParallelOptions { MaxDegreeOfParallelism = ReleasesAtOnce }, async (i, token) =>
        {
            string[] where = (i % 3) switch { 0 => [.. Clusters], 1 => [Clusters[0], Clusters[1]], _ => [Clusters[0], Clusters[2]] };
            await Client.ApplyApplicationAsync(
                $$"""
                apiVersion: kairship.io/v1
                kind: Application
                metadata: {name: {{Name(i)}}}
                spec:
                  namespace: {{Name(i)}}
                  placement:
                    clusterAffinity: {clusterNames: [{{string.Join(", ", where)}}]}
                    replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
                  rollout: {workflow: deploy, progressDeadline: 120s}
                """, token);
            await Client.StartReleaseAsync(Name(i), new StartReleaseRequest(Manifests(i % 3 == 0 ? 3 + (i % 2) : 2 + (i % 3)), Revision: "v1"), cancellationToken: token);
        });
        await Moving.UntilAsync(
            async () => (await Client.ListReleasesAsync(take: 1000)).Items.Count(r => r.Status == "Succeeded") == applications, $"{applications} applications are in place");
    }
}
