using Kairship.Delivery.Releases;
using Kairship.Fleet.Capacity;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Releases;

/// <summary>Ends the release: its status is final, and another release of the application may start.</summary>
internal sealed class CompleteReleaseActivity(ReleaseDesk desk, ClusterRooms rooms) : EffectActivity
{
    private static readonly string[] Endings =
        [nameof(ReleaseStatus.Succeeded), nameof(ReleaseStatus.RolledBack), nameof(ReleaseStatus.Aborted), nameof(ReleaseStatus.Rejected), nameof(ReleaseStatus.Failed)];

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.CompleteRelease", "Release", "Ends the release with a status; on success its revision becomes the application's current one.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(new InputDescriptor("Status", "String", "How it ended.", UIHint: "dropdown", DefaultValue: "Succeeded", Options: Endings, Order: 1))
        .WithInput(new InputDescriptor("Reason", "String", "Why, when it did not succeed.", UIHint: "multiline", Order: 2)) with { DisplayName = "Complete Release" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var release = await desk.GetAsync(context, cancellationToken);
        var text = context.RequiredText("Status");
        if (!Endings.Contains(text) || !Enum.TryParse<ReleaseStatus>(text, out var status))
        {
            throw new ActivityInputException(context.ActivityId, "Status", $"is '{text}'; it must be one of {string.Join(", ", Endings)}");
        }

        if (release.IsOver)
        {
            // Said before a crash, or by somebody else. The application may have gone on with another release by now.
            return ActivityResult.Done();
        }

        var reason = status == ReleaseStatus.Succeeded ? null : context.Text("Reason");
        if (status == ReleaseStatus.Succeeded)
        {
            // First the revision, then the end: once a release is over, nobody comes back to do the other half.
            await desk.Store.SetCurrentRevisionAsync(release.Application, release.Revision, cancellationToken);
        }

        await desk.TellAsync(context, release.Id, status.ToString(), null, $"Release {release.Id} ended: {status}{(reason is null ? "" : $". {reason}")}", cancellationToken);
        await desk.MoveAsync(release, status, reason, cancellationToken);
        rooms.Settle(release.Application);
        return ActivityResult.Done();
    }
}
