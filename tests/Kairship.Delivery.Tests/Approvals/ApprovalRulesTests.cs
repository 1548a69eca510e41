using CsCheck;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Approvals;

public sealed class ApprovalRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Approval Pending = new(
        "id", "shop-1", "shop", "digest", "requester", 2, ["release-manager", "owner"], ApprovalStatus.Pending, Now.AddHours(-1), Now.AddHours(1), []);

    [Fact]
    public void Decide_EnoughDistinctPeople_Approves()
    {
        var first = Accept(Pending, By("ann"));
        var second = Accept(first, By("bob"));

        (first.Status, second.Status).Should().Be((ApprovalStatus.Pending, ApprovalStatus.Approved));
        second.Decisions.Select(d => d.By).Should().Equal("ann", "bob");
    }

    [Fact]
    public void Decide_OneRejection_EndsIt() => Accept(Accept(Pending, By("ann")), By("bob") with { Approve = false }).Status.Should().Be(ApprovalStatus.Rejected);

    public static TheoryData<ApprovalRefusal, string> Refusals => new()
    {
        { ApprovalRefusal.NotPending, "approved already" },
        { ApprovalRefusal.Expired, "expired at 2026-01-01" },
        { ApprovalRefusal.PlanChanged, "look at the plan again" },
        { ApprovalRefusal.Requester, "somebody else must" },
        { ApprovalRefusal.WrongRole, "release-manager, owner" },
        { ApprovalRefusal.AlreadyDecided, "2 different people are needed" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Decide_WhatDoesNotCount_IsRefusedWithTheReason(ApprovalRefusal kind, string reason)
    {
        var (approval, decision, now) = kind switch
        {
            ApprovalRefusal.NotPending => (Pending with { Status = ApprovalStatus.Approved }, By("ann"), Now),
            ApprovalRefusal.Expired => (Pending, By("ann"), Now.AddHours(1)),
            ApprovalRefusal.PlanChanged => (Pending, By("ann") with { PlanDigest = "other" }, Now),
            ApprovalRefusal.Requester => (Pending, By(" Requester"), Now),
            ApprovalRefusal.WrongRole => (Pending, By("ann") with { Roles = ["viewer"] }, Now),
            _ => (Accept(Pending, By("ann")), By("Ann") with { Approve = false }, Now),
        };

        var refused = ApprovalRules.Decide(approval, decision, now).Should().BeOfType<ApprovalOutcome.Refused>().Subject;

        refused.Kind.Should().Be(kind);
        refused.Reason.Should().Contain(reason);
    }

    [Fact]
    public void Decide_NoRolesGiven_LetsAnybodyElseDecide() => Accept(Pending with { Roles = [], MinApprovals = 1 }, By("ann") with { Roles = [] }).Status.Should().Be(ApprovalStatus.Approved);

    [Fact]
    public void Decide_AnyDecisions_ApprovedMeansEnoughDistinctOthersAndNoRejection()
    {
        var person = Gen.OneOf(Gen.Const("requester"), Gen.Const("ann"), Gen.Const("ANN"), Gen.Const("bob"), Gen.Const("cyd"));
        Gen.Select(person, Gen.Frequency((5, Gen.Const(true)), (1, Gen.Const(false))), Gen.Bool).Array[0, 8].Sample(answers =>
        {
            var approval = Pending;
            foreach (var (by, approve, hasRole) in answers)
            {
                if (ApprovalRules.Decide(approval, By(by) with { Approve = approve, Roles = hasRole ? ["owner"] : [] }, Now) is ApprovalOutcome.Accepted accepted)
                {
                    approval = accepted.Approval;
                }
            }

            var people = approval.Decisions.Select(d => d.By.ToLowerInvariant()).ToList();
            return people.Distinct().Count() == people.Count && !people.Contains("requester")
                && (approval.Status == ApprovalStatus.Approved) == (approval.Decisions.Count == 2 && approval.Decisions.All(d => d.Approve))
                && (approval.Status == ApprovalStatus.Rejected) == approval.Decisions.Any(d => !d.Approve);
        });
    }

    [Theory]
    [InlineData(ApprovalStatus.Pending, 2, ApprovalStatus.Expired)]
    [InlineData(ApprovalStatus.Pending, 0, ApprovalStatus.Pending)]
    [InlineData(ApprovalStatus.Approved, 2, ApprovalStatus.Approved)]
    public void Expire_OnlyWhatIsPendingAndOver(ApprovalStatus status, int hours, ApprovalStatus expected) =>
        ApprovalRules.Expire(Pending with { Status = status }, Now.AddHours(hours)).Status.Should().Be(expected);

    [Theory]
    [InlineData(ApprovalStatus.Pending, ApprovalStatus.Void)]
    [InlineData(ApprovalStatus.Approved, ApprovalStatus.Void)]
    [InlineData(ApprovalStatus.Rejected, ApprovalStatus.Rejected)]
    [InlineData(ApprovalStatus.Expired, ApprovalStatus.Expired)]
    public void Void_KeepsWhatIsOver(ApprovalStatus status, ApprovalStatus expected) => ApprovalRules.Void(Pending with { Status = status }).Status.Should().Be(expected);

    private static Approval Accept(Approval approval, ApprovalDecision decision) =>
        ApprovalRules.Decide(approval, decision, Now).Should().BeOfType<ApprovalOutcome.Accepted>().Subject.Approval;

    private static ApprovalDecision By(string name) => new(name, ["release-manager"], true, null, "digest", Now);

    [Theory]
    [InlineData(null, "1:", false)]
    [InlineData("1:", "1:", false)]
    [InlineData("1:", "2:", false)]
    [InlineData("1:", "1:a", false)]
    [InlineData("1:a,b", "1:a", false)]
    [InlineData("1:", null, true)]
    [InlineData("2:a", "1:a", true)]
    [InlineData("1:a", "1:", true)]
    [InlineData("1:a", "1:a,b", true)]
    [InlineData("1:a", "2:b", true)]
    public void Weakens_FewerOrOtherPeople(string? before, string? after, bool weaker) =>
        ApprovalRules.Weakens(Requirement(before), Requirement(after)).Should().Be(weaker);

    private static ApprovalRequirement? Requirement(string? text) =>
        text?.Split(':') is [var min, var roles] ? new ApprovalRequirement(int.Parse(min), roles.Length == 0 ? null : roles.Split(',')) : null;
}
