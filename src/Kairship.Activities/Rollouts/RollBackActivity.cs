using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Rollouts;

/// <summary>Takes every cluster that the release has touched back to what it had. Canaries are removed without a trace; promoted clusters get the revision before.</summary>
internal sealed class RollBackActivity(WayBack way, ReleaseDesk desk) : EffectActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.RollBack", "Rollout", "Undoes the release in reverse order: removes canaries, takes promoted clusters back to the revision before, and waits until they are healthy.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(new InputDescriptor("Reason", "String", "Why.", UIHint: "multiline", Order: 1))
        .WithOutput(new OutputDescriptor("Failure", "String", "Why going back failed as well."))
        .WithOutcomes("RolledBack", "Failed") with { DisplayName = "Roll Back" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        var reason = context.Text("Reason") ?? "";
        if (!WayBack.HasBegun(context))
        {
            await desk.MoveAsync(work.Release, ReleaseStatus.RollingBack, reason, cancellationToken);
            await desk.TellAsync(context, work.Release.Id, "RollingBack", null, $"Rolling back: {reason}", cancellationToken);
            return WayBack.Begin(context, work, []);
        }

        if (await way.GoAsync(context, work, cancellationToken) is not { } failures)
        {
            return WithoutAbort(Pace.LookAgain(context.State, work.Release.Id, context.Time));
        }

        if (failures.Count > 0)
        {
            return Failed($"{reason} Going back failed too: {string.Join("; ", failures)}");
        }

        return work.Stable is null && WayBack.Restores(context)
            ? Failed($"{reason} There is no earlier revision to go back to: what was applied stays as it is.")
            : ActivityResult.Leave("RolledBack");
    }

    private static ActivityResult Failed(string failure) => ActivityResult.Leave("Failed", new JsonObject { ["Failure"] = failure });

    /// <summary>A way back is never aborted.</summary>
    internal static ActivityResult WithoutAbort(ActivityResult result) => result is ActivityResult.Waiting waiting ? waiting with { Stimuli = [] } : result;
}
