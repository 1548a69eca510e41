using System.Text.Json.Nodes;
using Kairship.Activities.Placements;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;

namespace Kairship.Activities.Releases;

/// <summary>What a plan is made of.</summary>
public sealed record PlanOrder(Application Spec, Revision Revision)
{
    /// <summary>Creations list all that they hold; the digest is the same.</summary>
    public bool Whole { get; init; }

    /// <summary>The plan is for a release: the room that it takes is kept for it until it is over.</summary>
    public bool TakesRoom { get; init; }

    /// <summary>The plan that was made before and perhaps approved: what it placed stays where it is, as far as it still may.</summary>
    public Plan? Kept { get; init; }

    /// <summary>What is asked of the placement; null: only what the application says.</summary>
    public PlacementChange? Change { get; init; }
}

/// <summary>Finds out everything that a release would do, by placing it, by rendering and by asking every cluster with a dry-run. Writes nothing.</summary>
public sealed class ReleasePlanner(
    IDeliveryStore store, RemainsReader remains, ClusterConnections connections, PlacementDesk placements, Planner planner, Pruner pruner, TimeProvider time)
{
    private const int ClustersAtOnce = 16;

    public Task<Plan> PlanAsync(Application spec, Revision revision, CancellationToken cancellationToken) => PlanAsync(new PlanOrder(spec, revision), cancellationToken);

    /// <summary>The plan of a revision after what is released now. Clusters that cannot be asked and objects that would be refused are problems in it.</summary>
    /// <exception cref="DeliveryConflictException">The application cannot be placed.</exception>
    /// <exception cref="ManifestException">The manifests cannot be rendered for this application.</exception>
    public async Task<Plan> PlanAsync(PlanOrder order, CancellationToken cancellationToken)
    {
        var (spec, manifests) = (order.Spec, ManifestParser.FromJsonArray(order.Revision.Manifests));
        var current = await store.GetCurrentRevisionAsync(spec.Name, cancellationToken);
        var stable = await new ReleaseDesk(store, time).StableAsync(spec.Name, current, int.MaxValue, cancellationToken);
        var asked = new PlacementOrder(spec, manifests, stable?.Plan)
        {
            Remains = stable is null ? [] : await remains.OfAsync(spec.Name, [.. stable.Plan.Targets.Select(t => t.Cluster)], cancellationToken),
            Kept = order.Kept, TakesRoom = order.TakesRoom, Origin = order.Change?.Origin is { } origin ? await store.GetPlanAsync(origin, cancellationToken) : null,
        };
        var placed = await placements.DecideAsync(asked.With(order.Change), cancellationToken);
        if (placed.Refusal(spec.Name) is { } refusal)
        {
            throw new DeliveryConflictException(refusal);
        }

        var targets = order.Change?.Kind == ReleaseKind.Failover ? WavePlanner.AtOnce(placed.Clusters) : WavePlanner.Plan(spec.Rollout, placed.Clusters);
        var bounds = BoundsOf(order, manifests, placed.Clusters);
        var waves = WavePlanner.ThenLeave(targets, [.. placed.Leaving.Select(c => c.Name)]);
        var plans = new ClusterPlan[placed.Clusters.Count + placed.Leaving.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ClustersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, plans.Length, parallel, async (index, token) =>
        {
            if (index >= placed.Clusters.Count)
            {
                plans[index] = await PlanLeavingAsync(stable!, placed.Leaving[index - placed.Clusters.Count], token);
                return;
            }

            var cluster = placed.Clusters[index];
            var wave = targets.First(w => w.Clusters.Contains(cluster.Name)).Name;
            var shares = bounds.GetValueOrDefault(cluster.Name);
            var bounded = shares is null ? manifests : AutoscalerBounds.Apply(manifests, shares);
            plans[index] = (await PlanClusterAsync(spec, bounded, cluster, wave, placed.Replicas[cluster.Name], stable, order.Whole, token)) with { Bounds = shares };
        });
        ClusterPlan[] all = [.. plans, .. placed.Lost.Select(Lost)];
        return new Plan(spec.Name, order.Revision.Name, current, waves, all, PlanDigest.Compute(spec, order.Revision.Name, current, waves, all))
        {
            Placement = placed.Explanation,
        };
    }

    /// <summary>By what the limits are now; a plan that is made again keeps those that it was made with.</summary>
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, ScalingShare>> BoundsOf(PlanOrder order, IReadOnlyList<Manifest> manifests, IReadOnlyList<ClusterFacts> clusters)
    {
        if (!ScalingBounds.Has(order.Spec))
        {
            return new Dictionary<string, IReadOnlyDictionary<string, ScalingShare>>();
        }

        var limits = ScalingLimits.Of(order.Spec.Scaling!, time.GetUtcNow());
        var all = (order.Kept is { } kept ? ScalingBounds.Of(kept) : null) ?? new ScalingShare(limits.Min, limits.Max);
        var bounds = ScalingBounds.Divide(order.Spec, manifests, clusters, all.Min, all.Max, out var problem);
        return problem is null ? bounds : throw new DeliveryConflictException(problem);
    }

    /// <summary>What goes from a cluster that the application leaves: what is there of its set, and what the plan before put there.</summary>
    private async Task<ClusterPlan> PlanLeavingAsync(Rendition stable, ClusterFacts cluster, CancellationToken cancellationToken)
    {
        var plan = new ClusterPlan(cluster.Name, cluster.Labels, WavePlanner.Leaving, new Dictionary<string, int>(), "", [], []) { Role = PlannedRole.Leaving };
        try
        {
            var known = (stable.PlanOf(cluster.Name)?.Objects ?? []).Where(o => o.Action != PlannedAction.Delete).Select(o => o.Ref).ToList();
            var left = await pruner.FindStaleAsync(cluster.Name, ReleaseOptions.SetOf(stable.Spec), [], cancellationToken);
            var staying = Pruning.LeftBehind(known, [])
                .Select(reference => new PlannedObject(reference, PlannedAction.Unchanged, [], "it stays, since what others put into it would go with it"));
            return plan with { Objects = [.. Pruning.Stale([.. known, .. left], []).Select(r => new PlannedObject(r, PlannedAction.Delete, [])), .. staying] };
        }
        catch (ClusterException e)
        {
            return plan with { Problems = [new PlanProblem(null, $"the application leaves this cluster, and it cannot be asked what is there: {e.Message}")] };
        }
    }

    private static ClusterPlan Lost(string cluster) =>
        new(cluster, new Dictionary<string, string>(), "", new Dictionary<string, int>(), "", [], []) { Role = PlannedRole.Lost };

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
                [.. tried.Select(t => t.Problem).OfType<PlanProblem>()])
            {
                Overrides = spec.Overrides.Count == 0 ? null : OverrideSummary.Of(OverrideApplier.Trace(manifests, spec.Overrides, cluster).Effects),
            };
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
