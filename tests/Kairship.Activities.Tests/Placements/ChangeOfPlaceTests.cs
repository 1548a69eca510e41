using Kairship.Activities.Releases;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;

namespace Kairship.Activities.Tests.Placements;

/// <summary>Plans of releases that are a change of place (ADR 7).</summary>
public sealed class ChangeOfPlaceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lost_IsWrittenDown_AndNothingIsDoneToIt()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "4"), ("west", "4"));
        var application = PlacementStage.Application("shop", PlacementStage.Dynamic);
        (await stage.EndsAsync(application, PlacementStage.Web(6), "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        stage.Pods("shop").Should().Equal("east 3", "west 3");
        stage.Fleet["west"].Faults.Unreachable = true;
        var revision = (await stage.Rig.Delivery.GetRevisionAsync("shop", "v1", Token))!;

        var plan = await stage.Rig.Planner.PlanAsync(
            new PlanOrder(application, revision) { Change = new PlacementChange(ReleaseKind.Failover, "west is lost.") { Lost = ["west"] } }, Token);

        plan.HasProblems.Should().BeFalse("a lost cluster is not asked");
        plan.Targets.Single().Should().Match<ClusterPlan>(c => c.Cluster == "east" && c.Replicas["Deployment/web"] == 6);
        plan.Clusters.Single(c => c.Role == PlannedRole.Lost).Cluster.Should().Be("west");
        plan.Waves.Should().ContainSingle().Which.Clusters.Should().Equal("east");
        plan.Placement!.Clusters.Single(c => c.Cluster == "west").Sentence.Should().Contain("not touched");
    }

    [Fact]
    public async Task Totals_AreDivided_HoldingOnToWhatIsWhere()
    {
        await using var stage = await PlacementStage.StartAsync(("east", "4"), ("west", "4"));
        var application = PlacementStage.Application("shop", PlacementStage.Dynamic);
        (await stage.EndsAsync(application, PlacementStage.Web(6), "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        var revision = (await stage.Rig.Delivery.GetRevisionAsync("shop", "v1", Token))!;
        var more = new PlacementChange(ReleaseKind.Scale, "More is asked for.") { Totals = new Dictionary<string, int> { ["Deployment/web"] = 8 } };

        var plan = await stage.Rig.Planner.PlanAsync(new PlanOrder(application, revision) { Change = more }, Token);

        plan.Targets.Select(c => c.Replicas["Deployment/web"]).Should().Equal(4, 4);
        plan.Placement!.Divisions.Should().ContainSingle(d => d.Contains("2 more than the 6 that are there"));
    }
}
