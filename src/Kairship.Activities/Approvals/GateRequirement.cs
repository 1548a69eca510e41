using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Approvals;

/// <summary>What a gate asks for: what the application asks, and what the workflow adds. A workflow never makes it easier.</summary>
internal static class GateRequirement
{
    private const int MostApprovals = 20;

    /// <summary>Any one person who may approve.</summary>
    public static readonly ApprovalRequirement AnyOne = new(1, [], null);

    /// <summary>
    /// What the application asks for. Whether people are asked of a change of place was decided where that was asked for: what the application says of its new revisions is not meant, but who is asked
    /// are the same. A new revision that goes before a scaling has a change, too, which says only that: it is asked for as any other.
    /// </summary>
    public static ApprovalRequirement? Of(Release release) =>
        release is not { Change: { } change, Kind: not ReleaseKind.Release } ? release.Spec.Rollout.Approval : change.Asks is null ? null : release.Spec.Rollout.Approval ?? AnyOne;

    /// <summary>Null: nobody asks for anything.</summary>
    /// <exception cref="ActivityInputException">An input is out of its bounds.</exception>
    public static ApprovalRequirement? Of(ApprovalRequirement? application, EffectContext context)
    {
        var roles = (context.Inputs["Roles"] as JsonArray ?? []).Select(r => r?.ToString()).OfType<string>().Where(r => r.Length > 0).ToList();
        var least = Number(context);
        var expires = Duration(context);
        if (roles.Count == 0 && least is null && expires is null)
        {
            return application;
        }

        return new ApprovalRequirement(
            Math.Max(application?.MinApprovals ?? 1, least ?? 1),
            application?.Roles is { Count: > 0 } asked ? asked : roles,
            new[] { application?.ExpiresAfter, expires }.Min());
    }

    private static int? Number(EffectContext context)
    {
        if (string.IsNullOrEmpty(context.Text("MinApprovals")))
        {
            return null;
        }

        return int.TryParse(context.Text("MinApprovals"), CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostApprovals
            ? number
            : throw new ActivityInputException(context.ActivityId, "MinApprovals", $"must be a whole number from 1 to {MostApprovals}");
    }

    private static TimeSpan? Duration(EffectContext context)
    {
        if (string.IsNullOrEmpty(context.Text("ExpiresAfter")))
        {
            return null;
        }

        return TimeSpan.TryParse(context.Text("ExpiresAfter"), CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero
            ? time
            : throw new ActivityInputException(context.ActivityId, "ExpiresAfter", "must be a duration such as 1.00:00:00");
    }
}
