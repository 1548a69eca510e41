using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Approvals;

/// <summary>
/// Asks the release managers and waits, for days if need be, without holding anything. The approval is bound to the plan's digest: before the gate opens the plan is
/// made again, and when it came out differently the approval is void.
/// </summary>
internal sealed class RequestApprovalActivity(ReleasePlanner planner, ReleaseDesk desk, Exclusion exclusion, IEnumerable<IChangeGuard> guards) : EffectActivity
{
    /// <summary>A decision wakes the gate by a signal; looking now and then makes a signal that got lost between two writes harmless.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(30);
    private const string Held = "Held";

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create(ReleaseSignals.ApprovalGate, "Approvals", "Asks for the approvals that the application or this activity requires and waits for them; who asked for the release cannot approve it, and one rejection ends it.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(new InputDescriptor(
            "Roles", "List<String>", "Who may approve, where the application names nobody; none means anybody who may approve at all.", UIHint: "checklist", Order: 1) { LiveOptions = LiveLists.Roles })
        .WithInput(new InputDescriptor("MinApprovals", "Int32", "How many people must approve at least; the application may ask for more.", Order: 2))
        .WithInput(new InputDescriptor("ExpiresAfter", "TimeSpan", "How long to wait at most, such as 1.00:00:00 for a day; the application may allow less.", Order: 3))
        .WithOutput(ReleaseInputs.Reason)
        .WithOutcomes("Approved", "Rejected", "Expired", "Void", "Aborted") with { DisplayName = "Request Approval" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var work = await desk.LoadAsync(context, cancellationToken);
        var abandons = await AbandonsAsync(work, cancellationToken);
        if (GateRequirement.Of(GateRequirement.Of(work.Release) ?? (abandons is null ? null : GateRequirement.AnyOne), context) is not { } requirement)
        {
            if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } ended)
            {
                return ReleaseSignals.Aborted(ended);
            }

            if (await HeldAsync(context, work, cancellationToken) is { } held)
            {
                return held;
            }

            await desk.MoveAsync(work.Release, ReleaseStatus.Progressing, null, cancellationToken);
            return ActivityResult.Leave("Approved");
        }

        var approval = await EnsureAsync(context, work, requirement, work.Release.Change?.Asks ?? abandons, cancellationToken);
        if (ReleaseSignals.AbortIn(context.ResumedBy, work.Release.Id) is { } abort)
        {
            await SettleAsync(approval, ApprovalRules.Void, cancellationToken);
            return ReleaseSignals.Aborted(abort);
        }

        approval = await SettleAsync(approval, a => ApprovalRules.Expire(a, context.Time.GetUtcNow()), cancellationToken);
        switch (approval.Status)
        {
            case ApprovalStatus.Pending:
                return await WaitAsync(context, work, approval, cancellationToken);
            case ApprovalStatus.Approved:
                return await OpenAsync(context, work, approval, cancellationToken);
            default:
                var reason = Reason(approval);
                await desk.TellAsync(context, work.Release.Id, approval.Status.ToString(), null, reason, cancellationToken);
                return ActivityResult.Leave(approval.Status.ToString(), new JsonObject { ["Reason"] = reason });
        }
    }

    /// <summary>Told before it can be decided: somebody may approve while this process dies, and then nobody comes back to tell that it was asked for.</summary>
    private async Task<Approval> EnsureAsync(EffectContext context, ReleaseWork work, ApprovalRequirement requirement, string? why, CancellationToken cancellationToken)
    {
        var approval = Ask(context, work, requirement);
        if (await desk.Store.GetApprovalAsync(approval.Id, cancellationToken) is { } asked)
        {
            return asked;
        }

        await desk.MoveAsync(work.Release, ReleaseStatus.AwaitingApproval, null, cancellationToken);
        await desk.TellAsync(
            context, work.Release.Id, "ApprovalRequested", null,
            $"{(why is null ? "" : $"{why} ")}Approval {approval.Id} of plan {approval.PlanDigest[..12]} is asked of {(approval.Roles.Count == 0 ? "anybody but the requester" : string.Join(", ", approval.Roles))}.", cancellationToken);
        return await desk.Store.EnsureApprovalAsync(approval, cancellationToken);
    }

    private static Approval Ask(EffectContext context, ReleaseWork work, ApprovalRequirement requirement)
    {
        // The same gate execution asks the same question, however often it runs.
        var id = "apr-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context.IdempotencyKey)))[..12];
        var now = context.Time.GetUtcNow();
        return new Approval(
            id, work.Release.Id, work.Release.Application, work.Target.Plan.Digest, work.Release.RequestedBy, requirement.MinApprovals, requirement.Roles ?? [],
            ApprovalStatus.Pending, now, requirement.ExpiresAfter is { } after ? now + after : null, []);
    }

    private async Task<ActivityResult> WaitAsync(EffectContext context, ReleaseWork work, Approval approval, CancellationToken cancellationToken)
    {
        await desk.MoveAsync(work.Release, ReleaseStatus.AwaitingApproval, null, cancellationToken);
        var left = approval.ExpiresAt - context.Time.GetUtcNow();
        return ActivityResult.Wait(
            left is { } time && time < LookAgain ? time : LookAgain, null, ReleaseSignals.Approval(approval.Id), ReleaseSignals.Abort(work.Release.Id));
    }

    private async Task<ActivityResult> OpenAsync(EffectContext context, ReleaseWork work, Approval approval, CancellationToken cancellationToken)
    {
        if (await HeldAsync(context, work, cancellationToken) is { } held)
        {
            return held;
        }

        var revision = await desk.Store.GetRevisionAsync(work.Release.Application, work.Release.Revision, cancellationToken);
        var elapsed = Pace.Elapsed(context.State, "opening", context.Time, Pace.Late(context.State, context.Time));
        var (plan, refused) = await PlanAgainAsync(work, revision!, cancellationToken);
        if (plan?.Digest != approval.PlanDigest || work.Target.Plan.Digest != approval.PlanDigest)
        {
            // A cluster that does not answer says nothing against the plan; people need not be asked again for that.
            if (plan is not null && plan.Clusters.Any(c => c.Problems.Any(p => p.Ref is null)) && elapsed < work.Release.Spec.Rollout.ProgressDeadline)
            {
                return Pace.LookAgain(context.State, work.Release.Id, context.Time);
            }

            await SettleAsync(approval, ApprovalRules.Void, cancellationToken);
            var now = refused ?? (plan!.Digest == approval.PlanDigest ? "another one was kept for the release" : $"it would be {plan.Digest[..12]} now");
            var reason = $"Approval {approval.Id} is void: the plan it was given for ({approval.PlanDigest[..12]}) no longer holds; {now}.";
            await desk.TellAsync(context, work.Release.Id, "Void", null, reason, cancellationToken);
            return ActivityResult.Leave("Void", new JsonObject { ["Reason"] = reason });
        }

        var by = string.Join(", ", approval.Decisions.Where(d => d.Approve).Select(d => d.By));
        await desk.TellAsync(context, work.Release.Id, "Approved", null, $"Approved by {by}.", cancellationToken);
        await desk.MoveAsync(work.Release, ReleaseStatus.Progressing, null, cancellationToken);
        return ActivityResult.Leave("Approved");
    }

    /// <summary>Null: nothing is against its beginning. Who asked for it ends it when that lasts; told once for each reason.</summary>
    private async Task<ActivityResult?> HeldAsync(EffectContext context, ReleaseWork work, CancellationToken cancellationToken)
    {
        foreach (var guard in guards)
        {
            if (await guard.WhyNotAsync(work.Release, work.Target.Manifests, cancellationToken) is { } why)
            {
                if (context.State[Held]?.ToString() != why)
                {
                    context.State[Held] = why;
                    await desk.TellAsync(context, work.Release.Id, Held, null, $"It does not begin: {why}", cancellationToken);
                }

                return ActivityResult.Wait(Seldom, context.State, ReleaseSignals.Abort(work.Release.Id));
            }
        }

        return null;
    }

    /// <summary>
    /// Why people are asked whatever the application says: it keeps state, may have gone on somewhere, and would be deleted there. null: it is not so. What a failover is asked about the application alone says: nobody may be
    /// awake.
    /// </summary>
    private async Task<string?> AbandonsAsync(ReleaseWork work, CancellationToken cancellationToken)
    {
        if (work.Release.Kind == ReleaseKind.Failover)
        {
            return null;
        }

        var leaving = work.Target.Plan.Clusters.Where(c => c.Role == PlannedRole.Leaving && work.Stable?.PlanOf(c.Cluster) is not { Role: PlannedRole.Target }).Select(c => c.Cluster).ToList();
        return leaving.Count > 0 && (await exclusion.UnsettledAsync(work, cancellationToken)).Intersect(leaving).ToList() is { Count: > 0 } left
            ? $"{work.Release.Application} keeps state, and a release that ended half way has begun it in {string.Join(", ", left)}: what was written there since would be deleted." : null;
    }

    /// <summary>The plan as it would be now, or why there can be none.</summary>
    private async Task<(Plan? Plan, string? Refused)> PlanAgainAsync(ReleaseWork work, Revision revision, CancellationToken cancellationToken)
    {
        try
        {
            return (await planner.PlanAsync(new PlanOrder(work.Release.Spec, revision) { Kept = work.Target.Plan, Change = work.Release.Change }, cancellationToken), null);
        }
        catch (Exception e) when (e is ManifestException or DeliveryConflictException)
        {
            return (null, e.Message.TrimEnd('.'));
        }
    }

    private async Task<Approval> SettleAsync(Approval approval, Func<Approval, Approval> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = change(approval);
            if (changed.Status == approval.Status || await desk.Store.UpdateApprovalAsync(approval, changed, cancellationToken))
            {
                return changed;
            }

            approval = (await desk.Store.GetApprovalAsync(approval.Id, cancellationToken))!;
        }
    }

    private static string Reason(Approval approval) => approval.Status switch
    {
        ApprovalStatus.Rejected when approval.Decisions.FirstOrDefault(d => !d.Approve) is { } no =>
            $"Rejected by {no.By}{(string.IsNullOrEmpty(no.Comment) ? "" : $": {no.Comment}")}.",
        ApprovalStatus.Expired => $"Nobody approved before {approval.ExpiresAt:u}.",
        _ => $"The approval is {approval.Status}.",
    };
}
