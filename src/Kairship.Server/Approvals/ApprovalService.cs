using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Releases;
using Kairship.Server.Problems;
using Kairship.Server.Releases;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Runtime;

namespace Kairship.Server.Approvals;

/// <summary>Answers to approvals. The rules are Delivery's; here they meet the caller and the store, and the waiting gate is told.</summary>
internal sealed class ApprovalService(IDeliveryStore delivery, ApprovalSubjects subjects, WorkflowRuntime runtime, TimeProvider time)
{
    private const int ListLimit = 1000;
    private const int MaxComment = 2000;
    private const int MaxTries = 20;

    public async Task<PageOf<ApprovalInfo>> ListAsync(bool pendingOnly, Paging paging, CancellationToken cancellationToken) =>
        paging.Cut<ApprovalInfo>([.. (await delivery.ListApprovalsAsync(pendingOnly, ListLimit, cancellationToken)).Select(ReleaseInfos.Of)]);

    /// <param name="idOrRelease">An approval's id, or the id of a release that waits for one.</param>
    public async Task<Answer<ApprovalInfo>> GetAsync(string idOrRelease, CancellationToken cancellationToken) =>
        await FindAsync(idOrRelease, cancellationToken) is { } approval ? ReleaseInfos.Of(approval) : Unknown(idOrRelease);

    public async Task<Answer<ApprovalInfo>> DecideAsync(
        string idOrRelease, DecideApprovalRequest request, string by, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.PlanDigest))
        {
            return Refusal.Unprocessable(
                "A decision is about one plan.", [new ProblemError("planDigest", "must be the planDigest of the approval that was looked at")]);
        }

        if (request.Comment is { Length: > MaxComment })
        {
            return Refusal.Unprocessable("The comment is too long.", [new ProblemError("comment", $"must have at most {MaxComment} characters")]);
        }

        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            if (await FindAsync(idOrRelease, cancellationToken) is not { } approval)
            {
                return Unknown(idOrRelease);
            }

            if (approval.Status == ApprovalStatus.Pending && await CloseAsync(approval, cancellationToken) is { } end)
            {
                return Refusal.Conflict($"There is nothing to decide any more. {end}");
            }

            var now = time.GetUtcNow();
            var decision = new ApprovalDecision(by, roles, request.Approve, request.Comment, request.PlanDigest, now);
            var outcome = ApprovalRules.Decide(approval, decision, now);
            if (outcome is ApprovalOutcome.Refused refused)
            {
                return Explain(refused);
            }

            var after = ((ApprovalOutcome.Accepted)outcome).Approval;
            if (await delivery.UpdateApprovalAsync(approval, after, cancellationToken))
            {
                await TellAsync(after, by, cancellationToken);
                return ReleaseInfos.Of(after);
            }
        }

        return Refusal.Conflict("Many people decide on this at once: look at it again.");
    }

    /// <summary>Nobody is asked any more for what is over: cancelled, or ended by a fault, it has not said so to the approval itself.</summary>
    /// <returns>How that ended, as a sentence; null: it goes on, and so does the question.</returns>
    public async Task<string?> CloseAsync(Approval pending, CancellationToken cancellationToken)
    {
        var end = await subjects.EndAsync(pending.ReleaseId, cancellationToken);
        if (end is not null)
        {
            // One that changes meanwhile is looked at again.
            await delivery.UpdateApprovalAsync(pending, ApprovalRules.Void(pending), cancellationToken);
        }

        return end;
    }

    /// <summary>The gate looks at the stored approval when it wakes, so that telling it twice or late does no harm.</summary>
    public async Task TellAsync(Approval approval, string by, CancellationToken cancellationToken)
    {
        if (await delivery.GetReleaseAsync(approval.ReleaseId, cancellationToken) is { InstanceId: { } instance })
        {
            var payload = new JsonObject { ["status"] = approval.Status.ToString(), ["by"] = by };
            await runtime.SignalAsync(
                instance, new Stimulus(ReleaseSignals.Approval(approval.Id), payload), $"approval:{approval.Id}:{by}", cancellationToken);
            if (approval.Status != ApprovalStatus.Pending)
            {
                var decided = new JsonObject { ["release"] = approval.ReleaseId, ["status"] = approval.Status.ToString() };
                await runtime.PublishAsync(new Stimulus(ReleaseSignals.Decided, decided), null, $"decided:{approval.Id}:{by}", cancellationToken);
            }
        }
    }

    private async Task<Approval?> FindAsync(string idOrRelease, CancellationToken cancellationToken) =>
        await delivery.GetApprovalAsync(idOrRelease, cancellationToken)
        ?? (await delivery.ListApprovalsAsync(pendingOnly: true, ListLimit, cancellationToken)).FirstOrDefault(a => a.ReleaseId == idOrRelease);

    private static Refusal Unknown(string id) => Refusal.NotFound($"There is no approval '{id}', and no release of that id waits for one.");

    private static Refusal Explain(ApprovalOutcome.Refused refused) => refused.Kind switch
    {
        ApprovalRefusal.Requester or ApprovalRefusal.WrongRole => Refusal.Forbidden(refused.Reason),
        _ => Refusal.Conflict(refused.Reason),
    };
}
