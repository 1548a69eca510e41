using System.Text.Json.Nodes;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Releases;

/// <summary>Plans the release and keeps the plan; the waves and steps go to variables.</summary>
internal sealed class PlanReleaseActivity(ReleasePlanner planner, ReleaseDesk desk, Exclusion exclusion) : EffectActivity
{
    private const int ProblemsTold = 10;

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.PlanRelease", "Release", "Renders the revision for every cluster and dry-runs it there, which fixes the digest that an approval is bound to and writes nothing.")
        .WithInput(ReleaseInputs.Release)
        .WithOutput(new OutputDescriptor("Waves", "Object", "The waves: name, clusters, maxConcurrency."))
        .WithOutput(new OutputDescriptor("Steps", "Object", "The canary steps: weight, observe. Empty for the first release."))
        .WithOutput(new OutputDescriptor("Digest", "String", "Names the plan."))
        .WithOutput(ReleaseInputs.Reason)
        .WithOutcomes("Planned", "NothingToDo", "Refused") with { DisplayName = "Plan Release" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var release = await desk.GetAsync(context, cancellationToken);
        var revision = await desk.Store.GetRevisionAsync(release.Application, release.Revision, cancellationToken)
            ?? throw new ActivityInputException(context.ActivityId, "Release", $"wants revision {release.Revision}, which is not stored");
        Plan plan;
        try
        {
            plan = await planner.PlanAsync(new PlanOrder(release.Spec, revision) { TakesRoom = true, Change = release.Change }, cancellationToken);
        }
        catch (Exception e) when (e is ManifestException or DeliveryConflictException)
        {
            return await RefuseAsync(context, release, e.Message, cancellationToken);
        }

        await desk.Store.SavePlanAsync(release.Id, plan, cancellationToken);
        if (plan.HasProblems)
        {
            return await RefuseAsync(context, release, Problems(plan), cancellationToken);
        }

        foreach (var cluster in plan.Clusters.Where(c => c.Role != PlannedRole.Lost))
        {
            await desk.Store.SaveReleaseClusterAsync(
                new ReleaseCluster(release.Id, cluster.Cluster, cluster.Wave, ClusterPhase.Waiting, 0, 0, 0, "Unknown", null, context.Time.GetUtcNow()), cancellationToken);
        }

        var leaving = plan.Clusters.Where(c => c.Role == PlannedRole.Leaving).Select(c => c.Cluster).ToList();
        var left = leaving.Count == 0 ? "" : $", leaving {string.Join(", ", leaving)} at the end";
        var counts = plan.Clusters.SelectMany(c => c.Objects).CountBy(o => o.Action).OrderBy(c => c.Key).Select(c => $"{c.Value} {c.Key}");
        await desk.TellAsync(
            context, release.Id, "Planned", null,
            $"Planned {release.Revision} for {plan.Targets.Count()} cluster(s) in {plan.Waves.Count} wave(s){left}: {string.Join(", ", counts)}; digest {plan.Digest[..12]}.", cancellationToken);
        var hasToDo = plan.HasChanges || (await exclusion.UnsettledAsync(await desk.LoadAsync(context, cancellationToken), cancellationToken)).Count > 0;
        return ActivityResult.Leave(hasToDo ? "Planned" : "NothingToDo", new JsonObject
        {
            ["Waves"] = ReleasePlanner.WavesJson(plan),
            ["Steps"] = ReleasePlanner.StepsJson(release.Spec, plan),
            ["Digest"] = plan.Digest,
        });
    }

    private async Task<ActivityResult> RefuseAsync(EffectContext context, Release release, string reason, CancellationToken cancellationToken)
    {
        await desk.TellAsync(context, release.Id, "PlanRefused", null, reason, cancellationToken);
        return ActivityResult.Leave("Refused", new JsonObject { ["Reason"] = reason });
    }

    private static string Problems(Plan plan)
    {
        var all = plan.Clusters.SelectMany(c => c.Problems.Select(p => $"{c.Cluster}: {(p.Ref is null ? "" : $"{p.Ref}: ")}{p.Message}")).ToList();
        var more = all.Count > ProblemsTold ? $" (and {all.Count - ProblemsTold} more; see the plan)" : "";
        return $"The plan has {all.Count} problem(s), so nothing was changed: {string.Join("; ", all.Take(ProblemsTold))}{more}";
    }
}

/// <summary>Inputs and outputs that most release activities share.</summary>
internal static class ReleaseInputs
{
    public static InputDescriptor Release { get; } =
        new("Release", "String", "The release to work on; a workflow that carries out a release gets it as its input Release.", UIHint: "dropdown", IsRequired: true, Order: 0)
        {
            LiveOptions = LiveLists.Releases,
        };

    public static InputDescriptor Wave { get; } =
        new("Wave", "Object", "The wave, as Plan Release gives it: name, clusters, maxConcurrency.", UIHint: "json-editor", IsRequired: true, Order: 1);

    public static OutputDescriptor Reason { get; } = new("Reason", "String", "Why it did not go on; names cluster and object.");

    public static OutputDescriptor Ending { get; } = new("Ending", "String", "How the release ends when it is rolled back now: RolledBack or Aborted.");
}
