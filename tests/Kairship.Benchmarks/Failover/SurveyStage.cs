using Kairship.Activities.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Server.Failover;
using Kairship.Server.Hosting;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace Kairship.Benchmarks.Failover;

/// <summary>
/// What a server knows of 1,000 applications on 20 clusters, each in three of them and released five times; nothing runs. The first cluster was lost, and who was there has been moved; the second has just been lost.
/// Room is not limited: no cluster is asked for anything.
/// </summary>
internal sealed class SurveyStage : IAsyncDisposable
{
    private const int Clusters = 20;
    private const int Releases = 5;
    private readonly string folder;
    private readonly DateTimeOffset start = TimeProvider.System.GetUtcNow().AddMinutes(-30);

    private SurveyStage(string folder) => this.folder = folder;

    public static string Moved => Cluster(0);

    public static string JustLost => Cluster(1);

    /// <summary>Newly started servers over the same database: nothing is remembered yet.</summary>
    public WebApplication Server(string? database)
    {
        var server = KairshipServer.Build(new ServerOptions
        {
            DataDirectory = folder, Urls = "http://127.0.0.1:0", Database = database, NodeName = "benchmark", LogToConsole = false, LogLevel = LogEventLevel.Warning,
        });

        // It is never started; asked for once, its folder is given up with it.
        server.Services.GetRequiredService<DataDirectory>();
        return server;
    }

    public static async Task<SurveyStage> PrepareAsync(string? database, int applications)
    {
        var stage = new SurveyStage(Directory.CreateTempSubdirectory("kairship-survey-").FullName);
        await using var server = stage.Server(database);
        await server.Services.GetRequiredService<IWorkflowStore>().MigrateAsync(default);
        var (clusters, health, delivery) = (server.Services.GetRequiredService<IClusterStore>(), server.Services.GetRequiredService<IClusterHealthStore>(), server.Services.GetRequiredService<IDeliveryStore>());
        for (var i = 0; i < Clusters; i++)
        {
            await clusters.SaveAsync(new ClusterRecord(Cluster(i), new Dictionary<string, string> { [KairshipLabels.Capacity] = KairshipLabels.Elastic }, [1], null, "https://nowhere", 1, stage.start), default);
            await CommitAsync(health, Cluster(i), 1, null, ConditionStatus.True, stage.start);
        }

        await CommitAsync(health, Moved, 2, ConditionStatus.True, ConditionStatus.Unknown, stage.start.AddMinutes(15));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        await Parallel.ForAsync(0, applications, parallel, async (i, _) => await stage.ReleaseAsync(delivery, i));
        return stage;
    }

    /// <summary>The second cluster is lost too, and the others have been looked at since: before, the brake holds.</summary>
    public static async Task LoseAsync(IServiceProvider services)
    {
        var (health, now) = (services.GetRequiredService<IClusterHealthStore>(), TimeProvider.System.GetUtcNow());
        await CommitAsync(health, JustLost, 2, ConditionStatus.True, ConditionStatus.Unknown, now.AddSeconds(-1));
        await health.SaveAsync([.. (await health.ListAsync(default)).Select(r => r with { CheckedAt = now })], default);
    }

    /// <summary>Failovers that are planned and have written to one cluster.</summary>
    public static async Task BeginAsync(IServiceProvider services, IEnumerable<FailoverStart> starts)
    {
        var (delivery, at) = (services.GetRequiredService<IDeliveryStore>(), TimeProvider.System.GetUtcNow());
        foreach (var begun in starts)
        {
            var spec = (await delivery.GetApplicationAsync(begun.Application, default))!;
            var release = await delivery.StartReleaseAsync(new NewRelease(spec, $"v{Releases - 1}", "move", "benchmark", begun.DedupeKey, begun.Change), at, default);
            await delivery.SavePlanAsync(release.Id, PlanOf(begun.Application, release.Revision, [2, 3, 4]), default);
            await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Progressing, null, at, default);
            await TellAsync(delivery, release.Id, at, [2]);
            foreach (var cluster in new[] { 2, 3, 4 })
            {
                await delivery.SaveReleaseClusterAsync(new ReleaseCluster(release.Id, Cluster(cluster), "all", ClusterPhase.Promoting, 0, 1, 2, "Progressing", null, at), default);
            }
        }
    }

    /// <summary>All clusters are well for ten minutes; the first has been compared.</summary>
    public static async Task ReturnAsync(IServiceProvider services)
    {
        var (health, at) = (services.GetRequiredService<IClusterHealthStore>(), TimeProvider.System.GetUtcNow().AddMinutes(-10));
        foreach (var cluster in new[] { Moved, JustLost })
        {
            await CommitAsync(health, cluster, 3, ConditionStatus.Unknown, ConditionStatus.True, at);
        }

        await services.GetRequiredService<ReturnBook>().WriteAsync(new ReturnComparison(Moved, [], []), 2, at, [], [], default);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Cluster(int number) => $"cluster-{number % Clusters:00}";

    private static Task<bool> CommitAsync(IClusterHealthStore health, string cluster, long number, ConditionStatus? from, ConditionStatus to, DateTimeOffset at) => health.CommitAsync(
        new ClusterTransition(cluster, number, from, to, to.ToString(), "", at),
        new ClusterReport(cluster, [new ClusterCondition(ClusterCondition.Ready, to, to.ToString(), "", at)], "v1.34.0", null, null, at, number, null) { LastGood = at }, isAnnounced: true, default);

    /// <summary>Four releases of four revisions; the fifth is the failover of those that were in the first cluster, and a scaling of others.</summary>
    private async Task ReleaseAsync(IDeliveryStore delivery, int i)
    {
        var name = $"app-{i:0000}";
        var application = new Application
        {
            Name = name, Namespace = name,
            Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(Exclude: ["none"]), ReplicaScheduling = ReplicaSchedulingType.Divided, SpreadConstraints = [new SpreadConstraint(SpreadField.Cluster, 1, 3)] },
            Rollout = new RolloutPolicy { Steps = [new CanaryStep(10, TimeSpan.FromMinutes(1)), new CanaryStep(50, TimeSpan.FromMinutes(1))] },
        };
        await delivery.SaveApplicationAsync(application, start, default);
        int[] before = [i, i + 7, i + 13];
        var wasLost = before.Any(c => c % Clusters == 0);
        for (var number = 1; number <= Releases; number++)
        {
            var isLast = number == Releases;
            var revision = $"v{Math.Min(number, Releases - 1)}";
            var at = start.AddMinutes(isLast ? 16 : number);
            await delivery.AddRevisionAsync(name, revision, ManifestParser.ToJsonArray(ManifestParser.Parse(MovingStage.Manifests(6, name))), revision, "benchmark", at, default);
            var change = !isLast ? null : wasLost
                ? new PlacementChange(ReleaseKind.Failover, $"{Moved} is lost.") { Lost = [Moved], Losses = new Dictionary<string, long> { [Moved] = 2 } }
                : new PlacementChange(ReleaseKind.Scale, "More is asked for.");
            var release = await delivery.StartReleaseAsync(new NewRelease(application, revision, isLast ? "move" : "canary", "benchmark", null, change), at, default);
            await delivery.SavePlanAsync(release.Id, PlanOf(name, revision, isLast && wasLost ? [.. before.Select(c => c % Clusters == 0 ? c + 3 : c)] : before), default);
            if (isLast && wasLost)
            {
                await TellAsync(delivery, release.Id, at, before);
            }

            await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, at.AddSeconds(20), default);
        }

        await delivery.SetCurrentRevisionAsync(name, $"v{Releases - 1}", default);
    }

    private static async Task TellAsync(IDeliveryStore delivery, string release, DateTimeOffset at, int[] clusters)
    {
        await delivery.AddReleaseEventAsync(new ReleaseEvent(release, at.AddSeconds(1), "Planned", null, "Planned."), "planned", default);
        foreach (var cluster in clusters)
        {
            await delivery.AddReleaseEventAsync(new ReleaseEvent(release, at.AddSeconds(2), "Applied", Cluster(cluster), "Applied."), $"applied/{cluster}", default);
        }
    }

    private static Plan PlanOf(string application, string revision, int[] clusters) => new(
        application, revision, null, [new PlannedWave("all", [.. clusters.Select(Cluster)], 3)],
        [.. clusters.Select(c => new ClusterPlan(
            Cluster(c), new Dictionary<string, string> { ["region"] = "eu" }, "all", new Dictionary<string, int> { [$"Deployment/{application}"] = 2 }, new string('a', 64),
            [.. ((string[])["Deployment", "Service", "ConfigMap", "ServiceAccount"]).Select(k => new PlannedObject(new ObjectRef(k == "Deployment" ? "apps/v1" : "v1", k, application, application), PlannedAction.Update, [new FieldChange(".metadata.labels.revision", "a", "b")]))],
            []))],
        new string('b', 64));
}
