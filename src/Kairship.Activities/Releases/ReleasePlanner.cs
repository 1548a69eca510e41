using System.Text.Json.Nodes;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;

namespace Kairship.Activities.Releases;

/// <summary>Finds out everything that a release would do, by rendering and by asking every cluster with a dry-run. Writes nothing.</summary>
public sealed class ReleasePlanner(IDeliveryStore store, IClusterStore clusters, ClusterConnections connections, Planner planner, Pruner pruner, TimeProvider time)
{
    private const int ClustersAtOnce = 16;

    /// <summary>The plan of <paramref name="revision"/> after what is released now. Clusters that cannot be asked and objects that would be refused are problems in it.</summary>
    /// <exception cref="DeliveryConflictException">The placement selects no cluster.</exception>
    /// <exception cref="ManifestException">The manifests cannot be rendered for this application.</exception>
    public Task<Plan> PlanAsync(Application spec, Revision revision, CancellationToken cancellationToken) => PlanAsync(spec, revision, false, cancellationToken);

    /// <param name="whole">Creations list all that they hold; the digest is the same.</param>
    public async Task<Plan> PlanAsync(Application spec, Revision revision, bool whole, CancellationToken cancellationToken)
    {
        var facts = (await clusters.ListAsync(cancellationToken)).Select(c => new ClusterFacts(c.Name, c.Labels)).ToList();
        var manifests = ManifestParser.FromJsonArray(revision.Manifests);
        var decision = Placement.Decide(spec, facts, manifests);
        if (decision.Clusters.Count == 0)
        {
            throw new DeliveryConflictException(facts.Count == 0
                ? "No cluster has joined yet: join one with 'kairship cluster join'."
                : $"The placement of {spec.Name} selects no cluster. {string.Join(" ", decision.Reasons.Values.Take(5))}");
        }

        var waves = WavePlanner.Plan(spec.Rollout, decision.Clusters);
        var current = await store.GetCurrentRevisionAsync(spec.Name, cancellationToken);
        var stable = await new ReleaseDesk(store, time).StableAsync(spec.Name, current, int.MaxValue, cancellationToken);
        var plans = new ClusterPlan[decision.Clusters.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, plans.Length, parallel, async (index, token) =>
        {
            var cluster = decision.Clusters[index];
            var wave = waves.First(w => w.Clusters.Contains(cluster.Name)).Name;
            plans[index] = await PlanClusterAsync(spec, manifests, cluster, wave, decision.Replicas[cluster.Name], stable, whole, token);
        });
        return new Plan(spec.Name, revision.Name, current, waves, plans, PlanDigest.Compute(spec, revision.Name, current, waves, plans));
    }

    private async Task<ClusterPlan> PlanClusterAsync(
        Application spec, IReadOnlyList<Manifest> manifests, ClusterFacts cluster, string wave, IReadOnlyDictionary<string, int> replicas, Rendition? stable,
        bool whole, CancellationToken cancellationToken)
    {
        try
        {
            var scopes = await KindScopes.ReadAsync(connections, cluster.Name, manifests, cancellationToken);
            var rendered = Renderer.Render(spec, manifests, cluster, replicas, scopes);
            var tried = await DryRunAsync(spec, cluster.Name, rendered, cancellationToken);
            var before = stable is null ? [] : await stable.InAsync(connections, cluster.Name, cancellationToken);
            var given = rendered.ToDictionary(m => m.Ref.Identity, m => m.Json);
            var refs = before.Select(m => m.Ref).ToList();

            // Those of the revision before, and what is left in the cluster of releases that did not come to their end.
            var left = await pruner.FindStaleAsync(cluster.Name, ReleaseOptions.SetOf(spec), rendered.Select(m => m.Ref), cancellationToken);
            var stale = Pruning.Stale([.. refs, .. left], rendered).Select(reference => new PlannedObject(reference, PlannedAction.Delete, []));
            var namespaces = tried.Where(t => t is { NeedsNamespace: true, Problem: null }).Select(t => t.Ref.Namespace!).Distinct()
                .Select(ns => new PlannedObject(new ObjectRef("v1", "Namespace", null, ns), PlannedAction.Create, []));
            var staying = Pruning.LeftBehind(refs, rendered)
                .Select(reference => new PlannedObject(reference, PlannedAction.Unchanged, [], "the revision no longer has it; it stays, since what others put into it would go with it"));
            return new ClusterPlan(
                cluster.Name, cluster.Labels, wave, replicas, ManifestParser.Digest(rendered), [.. namespaces, .. tried.Select(t => Describe(t, given[t.Ref.Identity], whole)), .. stale, .. staying],
                [.. tried.Select(t => t.Problem).OfType<PlanProblem>()]);
        }
        catch (Exception e) when (e is ClusterException or PlanMismatchException)
        {
            return new ClusterPlan(cluster.Name, cluster.Labels, wave, replicas, "", [], [new PlanProblem(null, e.Message)]);
        }
    }

    /// <summary>The application's own namespace is created with it; another one that does not exist is most likely a slip, and a problem.</summary>
    private async Task<IReadOnlyList<DryRunObject>> DryRunAsync(
        Application spec, string cluster, IReadOnlyList<Manifest> rendered, CancellationToken cancellationToken)
    {
        var elsewhere = rendered.Where(m => m.Ref.Namespace is { } ns && ns != spec.Namespace).ToHashSet();
        var own = await planner.DryRunAsync(
            cluster, [.. rendered.Where(m => !elsewhere.Contains(m))], ReleaseOptions.Allowed(spec) with { CreateNamespace = true }, cancellationToken);
        if (elsewhere.Count == 0)
        {
            return own;
        }

        var others = await planner.DryRunAsync(
            cluster, [.. rendered.Where(m => m.Ref.Namespace != spec.Namespace)], ReleaseOptions.Allowed(spec), cancellationToken);
        return [.. own, .. others.Where(o => o.Ref.Namespace is not null)];
    }

    private static PlannedObject Describe(DryRunObject tried, JsonObject given, bool whole) => new(
        tried.Ref, tried.Action,
        tried switch
        {
            { Action: PlannedAction.Create } when whole => FieldDiff.Whole(given, tried.Ref),
            { Action: not PlannedAction.Create, Before: { } before, After: { } after } => FieldDiff.Compare(before, after, tried.Ref, given),
            _ => [],
        },
        tried.Note);

    /// <summary>The waves as workflows see them: name, clusters, maxConcurrency.</summary>
    internal static JsonArray WavesJson(Plan plan) => new(plan.Waves.Select(w => (JsonNode)new JsonObject
    {
        ["name"] = w.Name,
        ["clusters"] = new JsonArray(w.Clusters.Select(c => (JsonNode)c).ToArray()),
        ["maxConcurrency"] = w.MaxConcurrency,
    }).ToArray());

    /// <summary>The steps as workflows see them: weight in percent, observe as a time span. None for the first release: there is nothing to compare a canary with.</summary>
    internal static JsonArray StepsJson(Application spec, Plan plan) => new(plan.FromRevision is null
        ? []
        : spec.Rollout.Steps.Select(s => (JsonNode)new JsonObject { ["weight"] = s.Weight, ["observe"] = s.Observe.ToString("c") }).ToArray());
}
