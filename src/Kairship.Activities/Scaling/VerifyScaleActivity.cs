using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Metrics;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Scaling;

/// <summary>Counts in the clusters what a release has planned: not what was asked for, but what is ready.</summary>
internal sealed class VerifyScaleActivity(IDeliveryStore store, MetricReader metrics) : EffectActivity
{
    private const int MostTold = 10;
    private const string Since = "since";
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.VerifyScale", "Scaling", "Waits until every cluster has as many ready replicas as the release's plan gives it, and tells which have not.")
        .WithInput(Releases.ReleaseInputs.Release)
        .WithInput(new InputDescriptor("Timeout", "TimeSpan", "How long to wait at most, such as 00:05:00.", DefaultValue: "00:05:00", Order: 1))
        .WithOutput(new OutputDescriptor("Ready", "Int32", "Replicas that are ready, of all workloads in all clusters."))
        .WithOutput(new OutputDescriptor("Reason", "String", "What is missing where; empty when nothing is."))
        .WithOutcomes("Verified", "Missing") with { DisplayName = "Verify Scale" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var id = context.RequiredText("Release");
        if (await store.GetReleaseAsync(id, cancellationToken) is not { } release || await store.GetPlanAsync(id, cancellationToken) is not { } plan)
        {
            throw new ActivityInputException(context.ActivityId, "Release", $"names '{id}', and there is no such release, or it has no plan");
        }

        var (ready, missing) = await CountAsync(release, plan, cancellationToken);
        if (missing.Count == 0)
        {
            context.Note($"{ready} replicas are ready in {plan.Targets.Count()} clusters.");
            return ActivityResult.Leave("Verified", new JsonObject { ["Ready"] = ready, ["Reason"] = "" });
        }

        if (Pace.Elapsed(context.State, Since, context.Time) < TimeoutOf(context))
        {
            return ActivityResult.Wait(LookAgain, context.State);
        }

        var more = missing.Count > MostTold ? $" and {missing.Count - MostTold} more" : "";
        return ActivityResult.Leave("Missing", new JsonObject { ["Ready"] = ready, ["Reason"] = $"{string.Join("; ", missing.Take(MostTold))}{more}" });
    }

    private async Task<(int Ready, List<string> Missing)> CountAsync(Release release, Plan plan, CancellationToken cancellationToken)
    {
        var manifests = await store.GetRevisionAsync(release.Application, release.Revision, cancellationToken) is { } revision ? ManifestParser.FromJsonArray(revision.Manifests) : [];
        var (ready, missing) = (0, new List<string>());
        foreach (var workload in manifests.Where(m => WorkloadKey.HasReplicas(m.Ref)).DistinctBy(m => WorkloadKey.Of(m.Ref)))
        {
            // Of a workload that a cluster's autoscaler sizes at least the least that it may have.
            var key = WorkloadKey.Of(workload.Ref);
            var wanted = plan.Targets.Where(t => t.Replicas.ContainsKey(key) || t.Bounds?.ContainsKey(key) == true)
                .ToDictionary(t => t.Cluster, t => t.Replicas.TryGetValue(key, out var replicas) ? replicas : t.Bounds![key].Min);
            var reference = workload.Ref with { Namespace = workload.Ref.Namespace ?? release.Spec.Namespace };
            foreach (var sight in await metrics.SeeAsync(new MeasuredWorkload(reference, wanted), cancellationToken))
            {
                ready += sight.Ready ?? 0;
                if (sight.Ready is not { } there || there < wanted[sight.Cluster])
                {
                    missing.Add($"{sight.Cluster}: {key} has {(sight.Ready is { } some ? $"{some} of {wanted[sight.Cluster]} replicas ready" : $"{wanted[sight.Cluster]} replicas that cannot be counted ({sight.Trouble})")}");
                }
            }
        }

        return (ready, missing);
    }

    private static TimeSpan TimeoutOf(EffectContext context) => string.IsNullOrEmpty(context.Text("Timeout")) ? Patience
        : TimeSpan.TryParse(context.Text("Timeout"), CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero ? time
        : throw new ActivityInputException(context.ActivityId, "Timeout", "must be a duration such as 00:05:00");
}
