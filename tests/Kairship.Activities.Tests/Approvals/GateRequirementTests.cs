using System.Text.Json.Nodes;
using Kairship.Activities.Approvals;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Tests.Approvals;

/// <summary>A workflow can ask for more than the application does, never for less.</summary>
public sealed class GateRequirementTests
{
    private static readonly ApprovalRequirement Application = new(2, ["managers"], TimeSpan.FromHours(2));

    [Fact]
    public void Nobody_AsksForAnything_NothingIsRequired() => Of(null, []).Should().BeNull();

    [Fact]
    public void Application_AsksAlone_ItsRequirementHolds() => Of(Application, []).Should().Be(Application);

    [Theory]
    [InlineData("""{"MinApprovals": 1, "Roles": ["anybody"], "ExpiresAfter": "1.00:00:00"}""", 2, "managers", 120)]
    [InlineData("""{"MinApprovals": "3", "ExpiresAfter": "00:30:00"}""", 3, "managers", 30)]
    [InlineData("""{"Roles": []}""", 2, "managers", 120)]
    [InlineData("""{"MinApprovals": ""}""", 2, "managers", 120)]
    public void Both_Ask_TheStricterHolds(string inputs, int approvals, string role, int minutes)
    {
        var both = Of(Application, JsonNode.Parse(inputs)!.AsObject())!;

        both.MinApprovals.Should().Be(approvals);
        both.Roles.Should().Equal(role);
        both.ExpiresAfter.Should().Be(TimeSpan.FromMinutes(minutes));
    }

    [Fact]
    public void Workflow_AsksAlone_ItsRequirementHolds() =>
        Of(null, new JsonObject { ["Roles"] = new JsonArray("owners") }).Should().BeEquivalentTo(new ApprovalRequirement(1, ["owners"]));

    [Theory]
    [InlineData("""{"MinApprovals": 0}""")]
    [InlineData("""{"MinApprovals": "many"}""")]
    [InlineData("""{"ExpiresAfter": "-00:10:00"}""")]
    [InlineData("""{"ExpiresAfter": "soon"}""")]
    public void Inputs_OutOfBounds_AreRefused(string inputs)
    {
        var ask = () => Of(null, JsonNode.Parse(inputs)!.AsObject());
        ask.Should().Throw<ActivityInputException>();
    }

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, true)]
    [InlineData(true, true, false, false)]
    [InlineData(true, true, true, true)]
    [InlineData(false, true, true, true)]
    public void ChangeOfPlace_AsksAsItWasAskedFor_WhateverNewRevisionsNeed(bool applicationAsks, bool isChange, bool changeAsks, bool isAsked)
    {
        var change = isChange ? new PlacementChange(ReleaseKind.Failover, "west is lost.") { Asks = changeAsks ? "12 replicas are lost." : null } : null;
        var spec = new Application { Name = "shop", Namespace = "shop", Rollout = new RolloutPolicy { Approval = applicationAsks ? Application : null } };

        GateRequirement.Of(ReleaseOf(spec, change)).Should().BeEquivalentTo(!isAsked ? null : applicationAsks ? Application : new ApprovalRequirement(1, []));
    }

    [Fact]
    public void NewRevision_ThatGoesBeforeAScaling_IsAskedForAsAny()
    {
        var spec = new Application { Name = "shop", Namespace = "shop", Rollout = new RolloutPolicy { Approval = Application } };

        GateRequirement.Of(ReleaseOf(spec, new PlacementChange(ReleaseKind.Release, "It goes before shop-1.") { Preempted = "shop-1" })).Should().BeEquivalentTo(Application);
    }

    private static Release ReleaseOf(Application spec, PlacementChange? change) =>
        new("shop-2", "shop", 2, "v1", "v1", "move", null, ReleaseStatus.Pending, null, "ops", DateTimeOffset.UnixEpoch, null, spec) { Change = change };

    private static ApprovalRequirement? Of(ApprovalRequirement? application, JsonObject inputs) => GateRequirement.Of(application, new EffectContext
    {
        InstanceId = "i", DefinitionId = "d", ExecutionId = "i/gate/1", ActivityId = "gate", Attempt = 1, Epoch = 1, Inputs = inputs, State = [], Time = TimeProvider.System,
    });
}
