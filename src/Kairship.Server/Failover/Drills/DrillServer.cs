using System.Text.Json.Nodes;
using Kairship.Api.Clusters;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Server.Clusters;
using Kairship.Server.Failover.Drills.Twins;
using Kairship.Server.Hosting;
using Kairship.Server.Live;
using Kairship.Simulator;
using Kairship.Workflows.Activities.BuiltIn.Http;
using Serilog.Events;

namespace Kairship.Server.Failover.Drills;

/// <summary>
/// A whole Kairship beside this one, in this process: its own database, keys, silo and clusters, in a folder of its own. It is what fails over in a drill, so that a drill measures what an emergency would run. It reaches
/// nobody but its twins: requests of workflows and hooks are refused.
/// </summary>
internal sealed class DrillServer : IAsyncDisposable
{
    /// <summary>What is not Kairship's in the real clusters is not in the twins.</summary>
    private const string Others = "twin";

    private const string MeterName = "Kairship.Drill";

    /// <summary>No name that a request could have.</summary>
    private const string Nobody = "nobody.invalid";

    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(1);

    private readonly WebApplication app;

    private DrillServer(WebApplication app) => this.app = app;

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <param name="real">Whose settings of health and brake the drill goes by.</param>
    /// <param name="definitions">Workflows as JSON.</param>
    public static async Task<DrillServer> StartAsync(string folder, ServerOptions real, IReadOnlyList<string> definitions, CancellationToken cancellationToken)
    {
        var workflows = Directory.CreateDirectory(Path.Combine(folder, "workflows")).FullName;
        for (var i = 0; i < definitions.Count; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(workflows, $"{i}.json"), definitions[i], cancellationToken);
        }

        var server = KairshipServer.Build(new ServerOptions
        {
            DataDirectory = Path.Combine(folder, "data"), Urls = "http://127.0.0.1:0", Workflows = workflows, NodeName = "drill", LogToConsole = false, LogLevel = LogEventLevel.Warning,
            ShutdownTimeout = TimeSpan.FromSeconds(2), Health = real.Health, Brake = real.Brake, Instead = Change,
        });
        try
        {
            await server.StartAsync(cancellationToken);
            return new DrillServer(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Joins the twins, and teaches them the kinds that the real clusters know.</summary>
    /// <exception cref="DrillRefusedException">One did not join.</exception>
    public async Task JoinAsync(SimulatedFleet twins, FleetCopy copy, CancellationToken cancellationToken)
    {
        foreach (var cluster in copy.Clusters)
        {
            var joined = await Get<ClusterService>().JoinAsync(new JoinClusterRequest(cluster.Name, twins[cluster.Name].Kubeconfig, null, cluster.Labels), cancellationToken);
            if (joined.Refusal is { } refusal)
            {
                throw new DrillRefusedException($"The twin of {cluster.Name} did not join: {refusal.Detail}");
            }

            await Get<ClusterRegistry>().ChangeTaintsAsync(cluster.Name, _ => cluster.Taints, cancellationToken);
            await PutAsync(cluster.Name, cluster.Definitions, cancellationToken);
            await PutAsync(cluster.Name, cluster.Routers, cancellationToken);
        }
    }

    private async Task PutAsync(string cluster, IReadOnlyList<JsonObject> objects, CancellationToken cancellationToken)
    {
        if (objects.Count > 0
            && (await Get<Applier>().ApplyAllAsync(cluster, [.. objects.Select(Manifest.From)], new ApplyOptions { FieldManager = Others, CreateNamespace = true }, cancellationToken)).Failures is [var failed, ..])
        {
            throw new DrillRefusedException($"The twin of {cluster} does not take what the real one has: {failed.Ref}: {failed.Message}");
        }
    }

    /// <summary>Nothing of it is needed any more: it is not waited for long.</summary>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(Ending);
        try
        {
            await app.StopAsync(soon.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            // What was under way ends with it.
        }

        await app.DisposeAsync();
    }

    private static void Change(IServiceCollection services)
    {
        services.AddSingleton<IHostLifetime, Lifetime>();
        services.AddSingleton(new OutboundHttpOptions { AllowedHosts = [Nobody] });

        // Its clusters have the names of real ones, and nobody is to be woken by them.
        services.AddSingleton(p => new ServerMetrics(p.GetRequiredService<ClusterHealthBook>(), MeterName));
    }

    /// <summary>It lives as long as its drill; signals are for the process.</summary>
    private sealed class Lifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
