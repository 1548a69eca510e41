using System.Text.Json.Nodes;
using Kairship.Activities.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Releases;

/// <summary>
/// Brings back to stable what the release that this one ended has left half done: a failover in the middle of a canary must not spread the canary. Lost clusters are left alone, and one that cannot be brought
/// back does not keep the others from it.
/// </summary>
internal sealed class TakeOverActivity(WayBack way, ReleaseDesk desk) : EffectActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.TakeOver", "Release", "Where this release ended another one that was under way: takes the clusters that it had touched back to the revision before, as far as they can be reached.")
        .WithInput(ReleaseInputs.Release)
        .WithOutput(ReleaseInputs.Reason)
        .WithOutcomes("Done", "Failed") with { DisplayName = "Take Over" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var release = await desk.GetAsync(context, cancellationToken);
        if (release.Change?.Preempted is not { } ended || await desk.LoadEndedAsync(ended, cancellationToken) is not { } work)
        {
            return ActivityResult.Leave("Done");
        }

        if (!WayBack.HasBegun(context))
        {
            await desk.TellAsync(context, release.Id, "TakingOver", null, $"{ended} was under way: what it touched goes back first.", cancellationToken);
            return WayBack.Begin(context, work, release.Change.Lost);
        }

        return await way.GoAsync(context, work, cancellationToken) switch
        {
            null => RollBackActivity.WithoutAbort(Pace.LookAgain(context.State, release.Id, context.Time)),
            [] => ActivityResult.Leave("Done"),
            var failures => ActivityResult.Leave("Failed", new JsonObject { ["Reason"] = $"{ended} could not be brought back everywhere: {string.Join("; ", failures)}" }),
        };
    }
}
