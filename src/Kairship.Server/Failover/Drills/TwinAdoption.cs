using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.ApplySets;
using Kairship.Server.Failover.Drills.Twins;

namespace Kairship.Server.Failover.Drills;

/// <summary>Makes applications stand in the twins as they stand in the real clusters: each by a release that has succeeded, with its plan, and with its objects.</summary>
internal sealed class TwinAdoption(DrillServer server, TimeProvider time)
{
    private const int AtOnce = 8;
    private const string By = "drill";
    private readonly IDeliveryStore delivery = server.Get<IDeliveryStore>();

    /// <returns>Why some could not be taken over, by application, as sentences.</returns>
    public async Task<IReadOnlyDictionary<string, string>> TakeOverAsync(FleetCopy copy, CancellationToken cancellationToken)
    {
        var clusters = copy.Clusters.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var failed = new Dictionary<string, string>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(copy.Applications.Where(a => a.Plan.Targets.Any(t => clusters.Contains(t.Cluster))), parallel, async (application, token) =>
        {
            if (await TryAsync(application, clusters, token) is { } why)
            {
                lock (failed)
                {
                    failed[application.Name] = why;
                }
            }
        });
        return failed;
    }

    private async Task<string?> TryAsync(ApplicationCopy application, HashSet<string> clusters, CancellationToken cancellationToken)
    {
        try
        {
            var targets = application.Plan.Targets.Where(t => clusters.Contains(t.Cluster)).ToList();
            var rendered = new Dictionary<string, IReadOnlyList<Manifest>>();
            foreach (var target in targets)
            {
                rendered[target.Cluster] = Renderer.Render(
                    application.Released, application.Manifests, new ClusterFacts(target.Cluster, target.Labels), target.Replicas, await ScopesAsync(target.Cluster, application, cancellationToken));
            }

            var release = await RecordAsync(application, [.. targets.Select(t => PlanOf(t, rendered[t.Cluster]))], cancellationToken);
            foreach (var (cluster, objects) in rendered)
            {
                var report = await server.Get<Applier>().ApplyAllAsync(cluster, objects, Options(application.Released, release.Id), cancellationToken);
                if (report.Objects.FirstOrDefault(o => o.Outcome == ApplyOutcome.Failed) is { } wrong)
                {
                    return $"{application.Name} is not whole in the twin of {cluster}: {wrong.Ref}: {wrong.Message}";
                }
            }

            return null;
        }
        catch (Exception e) when (e is ManifestException or DeliveryConflictException or ClusterException)
        {
            return $"{application.Name} has no twin: {e.Message}";
        }
    }

    private async Task<Release> RecordAsync(ApplicationCopy application, IReadOnlyList<ClusterPlan> clusters, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await delivery.SaveApplicationAsync(application.Spec, now, cancellationToken);
        await delivery.AddRevisionAsync(
            application.Name, application.Revision, ManifestParser.ToJsonArray(application.Manifests), ManifestParser.Digest(application.Manifests), By, now, cancellationToken);
        var change = application.Totals.Count == 0 ? null : new PlacementChange(ReleaseKind.Release, "It was scaled.") { Totals = application.Totals };
        var release = await delivery.StartReleaseAsync(new NewRelease(application.Released, application.Revision, FailoverWorkflows.Move, By, null, change), now, cancellationToken);
        var names = clusters.Select(c => c.Cluster).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<PlannedWave> waves = [.. application.Plan.Waves.Select(w => w with { Clusters = [.. w.Clusters.Where(names.Contains)] }).Where(w => w.Clusters.Count > 0)];
        var digest = PlanDigest.Compute(application.Released, application.Revision, null, waves, clusters);
        await delivery.SavePlanAsync(release.Id, new Plan(application.Name, application.Revision, null, waves, clusters, digest) { Placement = application.Plan.Placement }, cancellationToken);
        foreach (var cluster in clusters)
        {
            var pods = cluster.Replicas.Values.Sum();
            await delivery.SaveReleaseClusterAsync(new ReleaseCluster(release.Id, cluster.Cluster, cluster.Wave, ClusterPhase.Promoted, 0, pods, pods, "Healthy", null, now), cancellationToken);
        }

        await delivery.SetCurrentRevisionAsync(application.Name, application.Revision, cancellationToken);
        await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, now, cancellationToken);
        return release;
    }

    private async Task<Func<ObjectRef, bool?>> ScopesAsync(string cluster, ApplicationCopy application, CancellationToken cancellationToken)
    {
        var known = new Dictionary<(string, string), bool?>();
        var connection = await server.Get<ClusterConnections>().GetAsync(cluster, cancellationToken);
        foreach (var kind in application.Manifests.Select(m => (m.Ref.ApiVersion, m.Ref.Kind)).Distinct())
        {
            known[kind] = await connection.Discovery.IsNamespacedAsync(kind.ApiVersion, kind.Kind, cancellationToken);
        }

        return reference => known.GetValueOrDefault((reference.ApiVersion, reference.Kind));
    }

    private static ClusterPlan PlanOf(ClusterPlan real, IReadOnlyList<Manifest> rendered) => new(
        real.Cluster, real.Labels, real.Wave, real.Replicas, ManifestParser.Digest(rendered), [.. rendered.Select(m => new PlannedObject(m.Ref, PlannedAction.Unchanged, []))], []);

    private static ApplyOptions Options(Application spec, string release) =>
        new() { ReleaseId = release, Epoch = 1, CreateNamespace = true, Adopt = true, Force = true, ApplySet = new ApplySet(spec.Name, spec.Namespace) };
}
