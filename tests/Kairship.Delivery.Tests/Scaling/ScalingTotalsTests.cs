using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingTotalsTests
{
    private static readonly Manifest[] Manifests = [Make.Deployment("web", replicas: 3), Make.Deployment("worker", replicas: 1)];

    [Fact]
    public void Kept_IsWhatTheLastPlanHas_OfWhatIsScaled()
    {
        var scene = ScalingAdvisorTests.Scene(ScalingAdvisorTests.Policy() with { Workloads = ["Deployment/web"] }, (5, 2));
        var application = scene.Application;

        ScalingTotals.Kept(application, Manifests, scene.Plan).Should().Equal(new Dictionary<string, int> { ["Deployment/web"] = 7 });
        ScalingTotals.Kept(application, Manifests, null).Should().BeEmpty("the first release has its manifests'");
        ScalingTotals.Kept(application with { Scaling = null }, Manifests, scene.Plan).Should().BeEmpty("what is not scaled any more has its manifests'");
        ScalingTotals.Kept(application with { Scaling = application.Scaling! with { Workloads = ["Deployment/worker"] } }, Manifests, scene.Plan).Should().BeEmpty("the plan had none of it");
        ScalingTotals.Kept(application with { Placement = new PlacementPolicy() }, Manifests, scene.Plan).Should().BeEmpty("every cluster gets all of them");
        ScalingTotals.Kept(application with { Scaling = application.Scaling! with { Owns = ScalingOwnership.Bounds } }, Manifests, scene.Plan).Should().BeEmpty("the autoscalers say");
    }
}
