using System.CommandLine;
using Kairship.Api.Approvals;
using Kairship.Cli.Output;

namespace Kairship.Cli.Approvals;

internal static class ApprovalCommands
{
    public static Command List()
    {
        var all = new Option<bool>("--all") { Description = "Also those that are decided" };
        return new Command("approvals", "Lists the approvals that are waited for") { all }
            .WithExamples("kairship approvals", "kairship approvals --all -o json")
            .Calls(async (result, client, ct) =>
        {
            var page = await client.ListApprovalsAsync(!result.GetValue(all), 0, 100, ct);
            return Print(result, page, page.Items);
        });
    }

    public static Command Decide(string name, bool approve)
    {
        var id = new Argument<string>("approval") { Description = "Its id, or the id of the release that waits for it" };
        var comment = new Option<string?>("--comment") { Description = "Why; kept with the decision" };
        var digest = new Option<string?>("--plan") { Description = "Digest (or its first characters) of the plan that you looked at; refused when it is another by now" };
        return new Command(name, $"{(approve ? "Approves" : "Rejects")} a plan. Whoever requested a release cannot approve it.") { id, comment, digest }
            .WithExamples($"kairship {name} storefront-7 --comment '{(approve ? "looked at the plan" : "not on a Friday")}'")
            .Calls(async (result, client, ct) =>
            {
                var approval = await client.GetApprovalAsync(result.GetRequiredValue(id), ct);
                if (result.GetValue(digest) is { } seen && !approval.PlanDigest.StartsWith(seen, StringComparison.OrdinalIgnoreCase))
                {
                    throw new CommandException($"the plan is {approval.PlanDigest[..12]} and not {seen}: look at it again with 'kairship status {approval.ReleaseId}'");
                }

                var decided = await client.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(approve, approval.PlanDigest, result.GetValue(comment)), ct);
                return Print(result, decided, [decided]);
            });
    }

    private static int Print(ParseResult result, object whole, IEnumerable<ApprovalInfo> approvals) => Printer.Print(
        result, whole, approvals, ["Approval", "Release", "Status", "Requested by", "Needs", "Roles", "Plan", "Expires", "Decided by"],
        a =>
        [
            a.Id, What(a), a.Status, a.RequestedBy, a.MinApprovals.ToString(), string.Join(",", a.Roles), a.PlanDigest[..12],
            a.ExpiresAt?.ToString("u"), string.Join(",", a.Decisions.Select(d => d.By)),
        ]);

    /// <summary>A release's id names its application; of anything else, a drill, it is said.</summary>
    private static string What(ApprovalInfo approval) =>
        approval.ReleaseId.StartsWith($"{approval.Application}-", StringComparison.Ordinal) ? approval.ReleaseId : $"{approval.ReleaseId} ({approval.Application})";
}
