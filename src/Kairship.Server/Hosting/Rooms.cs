using Kairship.Activities;
using Kairship.Fleet;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Health;
using Kairship.Server.Access;
using Kairship.Server.Applications;
using Kairship.Server.Applications.Sources;
using Kairship.Server.Approvals;
using Kairship.Server.Clusters;
using Kairship.Server.Drift;
using Kairship.Server.Elsa;
using Kairship.Server.Failover;
using Kairship.Server.Live;
using Kairship.Server.Placements;
using Kairship.Server.Releases;
using Kairship.Server.Scaling;
using Kairship.Server.Reports;
using Kairship.Server.Studio;
using Kairship.Server.Triggers.Health;
using Kairship.Server.Triggers.Http;
using Kairship.Server.Triggers.Schedules;
using Kairship.Server.Triggers.Webhooks;
using Kairship.Server.Workflows;
using Kairship.Storage;
using Kairship.Workflows.Runtime;
using Microsoft.AspNetCore.DataProtection;

namespace Kairship.Server.Hosting;

/// <summary>The rooms of the house, in the order in which their hosted parts start; they stop in reverse.</summary>
internal static class Rooms
{
    public static void AddRooms(this WebApplicationBuilder builder, ServerOptions options, DataDirectory data)
    {
        var services = builder.Services;
        services.AddHostedService<ServerStartup>();
        var keys = new KeysFolder(options.KeysDirectory is { } shared ? Directory.CreateDirectory(shared).FullName : data.Sub("keys"));
        services.AddSingleton(keys);
        services.AddDataProtection().SetApplicationName("kairship").PersistKeysToFileSystem(new DirectoryInfo(keys.Path));
        services.AddKairshipStorage(options.Database is { } postgres
            ? new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = postgres }
            : new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={data.DatabaseFile()}" });
        services.AddSingleton(new RoomOptions { Interval = options.Health.CapacityInterval });
        services.AddSingleton(options.Metrics);
        services.AddKairshipFleet(fleet => fleet.AllowLocalReferences = options.AllowLocalKubeconfigReferences);
        AddSlices(services);
        services.AddFencing(options.SecretsDirectory ?? data.Sub("secrets"));
        builder.UseKairshipSilo(options);
        services.AddHostedService(p => p.GetRequiredService<WorkflowFolder>());
        AddEngine(services, options, data);
        services.AddHostedService(p => p.GetRequiredService<ReleaseProjector>());
        services.AddHostedService(p => p.GetRequiredService<ReleaseReconciler>());
        services.AddSingleton(options.Health);
        services.AddSingleton(options.Brake);
        services.AddHostedService(p => p.GetRequiredService<HealthAnnouncer>());
        services.AddHostedService(p => p.GetRequiredService<ClusterSupervisor>());
        services.AddHostedService<FleetWatch>();
        services.AddHostedService<DriftPatrol>();
        services.AddKairshipSchedules();
        services.AddKairshipScaling(options);
    }

    private static void AddEngine(IServiceCollection services, ServerOptions options, DataDirectory data)
    {
        // A little less than the host's patience, so that what is cancelled at the end can still release its claim.
        var runtime = new WorkflowRuntimeOptions { Owner = $"{options.NodeName}/{data.NodeId}", DrainTimeout = options.ShutdownTimeout * 0.8 };
        services.AddSingleton(new InstanceSlots(runtime.MaxConcurrentInstances));
        services.AddSingleton<IInstanceDispatcher, OrleansDispatcher>();
        services.AddKairshipActivities();
        services.AddKairshipWorkflows(runtime);
    }

    private static void AddSlices(IServiceCollection services)
    {
        services.AddSingleton<KeyService>();
        services.AddSingleton<SigningKey>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<EndedSessions>();
        services.AddSingleton<SignInLinks>();
        services.AddSingleton<SessionService>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<StudioPackage>();
        services.AddSingleton<ClusterHealthBook>();
        services.AddSingleton<IFleetSights>(p => p.GetRequiredService<ClusterHealthBook>());
        services.AddSingleton<HealthAnnouncer>();
        services.AddSingleton<ClusterSupervisor>();
        services.AddSingleton<ClusterService>();
        services.AddSingleton<ClusterTaintService>();
        services.AddSingleton<PolicySource>();
        services.AddSingleton<FleetService>();
        services.AddSingleton<ApplicationService>();
        services.AddSingleton<ApplicationRemoval>();
        services.AddSingleton<RevisionSource>();
        services.AddSingleton(p => new SourceRenderer(p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServerSources>();
        services.AddSingleton<PlanService>();
        services.AddSingleton<PlacementService>();
        services.AddSingleton<DriftService>();
        services.AddSingleton<ReleaseQueries>();
        services.AddSingleton<ReleaseLauncher>();
        services.AddSingleton<ReleaseStarter>();
        services.AddSingleton<ReleaseRequester>();
        services.AddSingleton<Kairship.Workflows.Activities.Activity, StartReleaseActivity>();
        services.AddSingleton<ReleaseControl>();
        services.AddKairshipFailover();
        services.AddSingleton<ReleaseProjector>();
        services.AddSingleton<ReleaseReconciler>();
        services.AddSingleton<ApprovalSubjects>();
        services.AddSingleton<ApprovalService>();
        services.AddSingleton<ReportBook>();
        services.AddHostedService<OpenReports>();
        services.AddSingleton<WorkflowLookup>();
        services.AddSingleton<WorkflowService>();
        services.AddSingleton<DefinitionService>();
        services.AddSingleton<DefinitionProblems>();
        services.AddSingleton<BundleImport>();
        services.AddSingleton<DefinitionDifferences>();
        services.AddSingleton<WorkflowFolder>();
        services.AddSingleton<InstanceService>();
        services.AddSingleton<InstanceOperations>();
        services.AddSingleton<HttpTargets>();
        services.AddSingleton<HttpResponseWaiter>();
        services.AddSingleton<HttpTriggerReceiver>();
        services.AddSingleton<WebhookExpressions>();
        services.AddSingleton<WebhookService>();
        services.AddSingleton<WebhookReceiver>();
        services.AddSingleton<ServerMetrics>();
        services.AddElsa();
    }
}
