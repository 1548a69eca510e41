using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Fleet;
using Kairship.Fleet.Clusters;
using Kairship.Simulator;
using Kairship.Storage;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kairship.Testing.Releases;

/// <summary>
/// Everything a release needs but the server: engine, activities and fleet over a real database, against clusters that outlive it. <see cref="StopAsync"/> and a
/// new rig on the same folder are a restart.
/// </summary>
public sealed class ReleaseRig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services;
    private bool _stopped;

    private ReleaseRig(ServiceProvider services) => _services = services;

    public IDeliveryStore Delivery => _services.GetRequiredService<IDeliveryStore>();

    public IWorkflowStore Workflows => _services.GetRequiredService<IWorkflowStore>();

    public WorkflowRuntime Runtime => _services.GetRequiredService<WorkflowRuntime>();

    public ReleasePlanner Planner => _services.GetRequiredService<ReleasePlanner>();

    public ClusterRegistry Registry => _services.GetRequiredService<ClusterRegistry>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <param name="storage">Which database; the same for a restart.</param>
    /// <param name="keys">Folder of the keys that encrypt kubeconfigs; the same for a restart.</param>
    /// <param name="wrap">Puts something between engine and store, to make it fail.</param>
    /// <param name="wrapDelivery">The same for the store of releases.</param>
    public static async Task<ReleaseRig> StartAsync(
        StorageOptions storage, string keys, Func<IWorkflowStore, IWorkflowStore>? wrap = null, Func<IDeliveryStore, IDeliveryStore>? wrapDelivery = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton(TimeProvider.System);
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(keys));
        services.AddKairshipStorage(storage);
        services.AddKairshipFleet();
        services.AddKairshipActivities();
        Wrap(services, wrap);
        Wrap(services, wrapDelivery);
        services.AddKairshipWorkflows(new WorkflowRuntimeOptions { Owner = "rig", SweepMinInterval = TimeSpan.FromMilliseconds(10), BackoffBase = TimeSpan.FromMilliseconds(50), MaxClaims = 1000 });
        var rig = new ReleaseRig(services.BuildServiceProvider());
        foreach (var hosted in rig._services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return rig;
    }

    private static void Wrap<T>(ServiceCollection services, Func<T, T>? wrap)
        where T : class
    {
        if (wrap is not null)
        {
            var inner = services.Last(s => s.ServiceType == typeof(T));
            services.Remove(inner);
            services.AddSingleton(sp => wrap((T)(inner.ImplementationInstance ?? inner.ImplementationFactory?.Invoke(sp)
                ?? ActivatorUtilities.CreateInstance(sp, inner.ImplementationType!))));
        }
    }

    /// <summary>The shipped workflows that carry out a release: they have an input of that name. Those that start releases need the server.</summary>
    public static IReadOnlyList<string> ReleaseWorkflows { get; } =
        [.. Directory.GetFiles(Path.Combine(SharedFiles.Checkout, "workflows"), "*.json").Where(CarriesOutReleases).Order(StringComparer.Ordinal)];

    private static bool CarriesOutReleases(string file) =>
        (JsonNode.Parse(File.ReadAllText(file))!["inputs"] as JsonArray ?? []).Any(i => i?["name"]?.ToString() == "Release");

    public async Task ImportWorkflowsAsync()
    {
        var catalog = Get<DefinitionCatalog>();
        foreach (var file in ReleaseWorkflows)
        {
            var imported = await catalog.ImportAsync(await File.ReadAllTextAsync(file), publish: true, CancellationToken.None);
            if (!imported.Succeeded)
            {
                throw new InvalidOperationException($"{Path.GetFileName(file)}: {string.Join("; ", imported.Problems.Select(p => $"{p.ActivityId}.{p.Property}: {p.Message}"))}");
            }
        }
    }

    public async Task JoinAsync(string name, string kubeconfig, IReadOnlyDictionary<string, string> labels)
    {
        var joined = await Registry.JoinAsync(name, kubeconfig, null, labels, CancellationToken.None);
        if (joined is not JoinResult.Joined)
        {
            throw new InvalidOperationException($"{name} did not join: {joined}");
        }
    }

    public async Task JoinAsync(SimulatedFleet fleet)
    {
        foreach (var cluster in fleet.Clusters)
        {
            await JoinAsync(cluster.Name, cluster.Kubeconfig, cluster.Options.Labels);
        }
    }

    /// <summary>What the server does when it is asked for a release.</summary>
    public async Task<Release> ReleaseAsync(Application application, string manifests, string revision, string? workflow = null, string requestedBy = "dev")
    {
        var time = TimeProvider.System.GetUtcNow();
        await Delivery.SaveApplicationAsync(application, time, CancellationToken.None);
        var parsed = ManifestParser.Parse(manifests);
        var stored = await Delivery.AddRevisionAsync(
            application.Name, revision, ManifestParser.ToJsonArray(parsed), ManifestParser.Digest(parsed), requestedBy, time, CancellationToken.None);
        var release = await Delivery.StartReleaseAsync(
            new NewRelease(application, stored.Name, workflow ?? application.Rollout.Workflow, requestedBy), time, CancellationToken.None);
        await LaunchAsync(release);
        return release;
    }

    /// <summary>What the server does when a change of place is decided: a release of the current revision.</summary>
    public async Task<Release> ChangeAsync(Application application, PlacementChange change, string workflow = "move")
    {
        var time = TimeProvider.System.GetUtcNow();
        await Delivery.SaveApplicationAsync(application, time, CancellationToken.None);
        var revision = await Delivery.GetCurrentRevisionAsync(application.Name, CancellationToken.None);
        var release = await Delivery.StartReleaseAsync(new NewRelease(application, revision!, workflow, "test", null, change), time, CancellationToken.None);
        await LaunchAsync(release);
        return release;
    }

    /// <summary>Starts the workflow of a release; again after a crash it changes nothing.</summary>
    public async Task LaunchAsync(Release release)
    {
        var started = await Runtime.StartAsync(
            new StartRequest
            {
                DefinitionId = release.Workflow,
                Input = new JsonObject { ["Release"] = release.Id, ["Application"] = release.Application, ["Kind"] = release.Kind.ToString() },
                CorrelationId = release.Id,
                DedupeKey = $"release:{release.Id}",
            },
            CancellationToken.None);
        if (!started.Started)
        {
            throw new InvalidOperationException(started.Problem);
        }

        await Delivery.SetReleaseInstanceAsync(release.Id, started.InstanceId!, CancellationToken.None);
    }

    /// <summary>Decides the pending approval of a release, once there is one.</summary>
    public async Task<Approval> DecideAsync(string releaseId, bool approve, string by = "manager", params IReadOnlyList<string> roles)
    {
        while (true)
        {
            var approval = await PendingAsync(releaseId);
            var decision = new ApprovalDecision(by, roles.Count == 0 ? approval.Roles : roles, approve, null, approval.PlanDigest, TimeProvider.System.GetUtcNow());
            if (ApprovalRules.Decide(approval, decision, TimeProvider.System.GetUtcNow()) is not ApprovalOutcome.Accepted accepted)
            {
                throw new InvalidOperationException("refused");
            }

            if (!await Delivery.UpdateApprovalAsync(approval, accepted.Approval, CancellationToken.None))
            {
                continue;
            }

            var release = await Delivery.GetReleaseAsync(releaseId, CancellationToken.None);
            await Runtime.SignalAsync(release!.InstanceId!, new Stimulus(ReleaseSignals.Approval(approval.Id), null), $"{approval.Id}/{by}", CancellationToken.None);
            return accepted.Approval;
        }
    }

    public async Task<Approval> PendingAsync(string releaseId)
    {
        Approval? found = null;
        await UntilAsync(
            async () => (found = (await Delivery.ListApprovalsAsync(true, 100, CancellationToken.None)).FirstOrDefault(a => a.ReleaseId == releaseId)) is not null,
            $"no approval is asked for {releaseId}");
        return found!;
    }

    public Task AbortAsync(Release release, bool rollback = false) => AbortAsync(release.Id, rollback);

    public async Task AbortAsync(string releaseId, bool rollback = false)
    {
        var release = await Delivery.GetReleaseAsync(releaseId, CancellationToken.None);
        var payload = new JsonObject { ["by"] = "ops", ["reason"] = "test", ["rollback"] = rollback };
        await Runtime.SignalAsync(release!.InstanceId!, new Stimulus(ReleaseSignals.Abort(releaseId), payload), $"abort/{releaseId}", CancellationToken.None);
    }

    /// <summary>The release once it is over.</summary>
    public async Task<Release> EndAsync(string releaseId)
    {
        Release? release = null;
        await UntilAsync(
            async () => (release = await Delivery.GetReleaseAsync(releaseId, CancellationToken.None))!.IsOver,
            $"{releaseId} is not over",
            async () => await DescribeAsync(releaseId));
        return release!;
    }

    /// <summary>Everything known of a release, for messages of failing tests.</summary>
    public async Task<string> DescribeAsync(string releaseId)
    {
        var release = await Delivery.GetReleaseAsync(releaseId, CancellationToken.None);
        var clusters = await Delivery.ListReleaseClustersAsync(releaseId, CancellationToken.None);
        var events = await Delivery.ListReleaseEventsAsync(releaseId, 100, CancellationToken.None);
        var journal = release?.InstanceId is null ? [] : (await Workflows.ReadJournalAsync(release.InstanceId, new PageRequest(0, 500), CancellationToken.None)).Items;
        return $"""
            {release?.Id} {release?.Status} {release?.Reason}
            {string.Join("\n", clusters.Select(c => $"  {c.Cluster} {c.Phase} {c.Weight} {c.Ready}/{c.Desired} {c.Health} {c.Message}"))}
            {string.Join("\n", events.Select(e => $"  {e.At:mm:ss.fff} {e.Kind} {e.Cluster} {e.Message}"))}
            {string.Join("\n", journal.TakeLast(12).Select(j => $"  {j.At:mm:ss.fff} {j.ActivityId} {j.Event} {j.Message} {j.Data}"))}
            """;
    }

    public static async Task UntilAsync(Func<Task<bool>> reached, string otherwise, Func<Task<string>>? details = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await reached())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"{otherwise} after {Patience.TotalSeconds} s{(details is null ? "" : $": {await details()}")}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        foreach (var hosted in _services.GetServices<IHostedService>().Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
