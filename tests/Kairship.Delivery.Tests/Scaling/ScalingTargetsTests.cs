using Kairship.Delivery.Manifests;
using Kairship.Delivery.Scaling;

namespace Kairship.Delivery.Tests.Scaling;

public sealed class ScalingTargetsTests
{
    [Theory]
    [InlineData("", "web", "", ScalingOwnership.Total, "Deployment/web")]
    [InlineData("Deployment/worker Deployment/web", "web worker", "", ScalingOwnership.Total, "Deployment/worker Deployment/web")]
    [InlineData("", "web", "web", ScalingOwnership.Bounds, "Deployment/web")]
    [InlineData("", "web worker", "web", ScalingOwnership.Bounds, "Deployment/web")]
    [InlineData("", "web worker", "", ScalingOwnership.Total, "!name one in spec.scaling.workloads")]
    [InlineData("", "", "", ScalingOwnership.Total, "!have 0 with replicas;")]
    [InlineData("Deployment/gone", "web", "", ScalingOwnership.Total, "!names Deployment/gone, which is not among the manifests; those with replicas are (Deployment/web).")]
    [InlineData("Deployment/web", "web", "web", ScalingOwnership.Total, "!would fight the total that Kairship sets")]
    [InlineData("Deployment/web", "web", "", ScalingOwnership.Bounds, "!has no autoscaler among the manifests")]
    public void Targets_Table(string named, string deployments, string autoscaled, ScalingOwnership owns, string expected)
    {
        static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Manifest[] manifests = [.. Words(deployments).Select(d => Make.Deployment(d)), .. Words(autoscaled).Select(a => Make.Autoscaler(a))];
        var targets = ScalingTargets.Of(new ScalingPolicy { Max = 9, Workloads = Words(named), Owns = owns }, manifests);
        if (expected.StartsWith('!'))
        {
            targets.Workloads.Should().BeEmpty();
            targets.Problem.Should().Contain(expected[1..]);
        }
        else
        {
            targets.Should().BeEquivalentTo(new ScalingTargets(Words(expected)), o => o.WithStrictOrdering());
        }
    }

    [Fact]
    public void Bounds_AreSetInTheAutoscalerOfTheWorkload_AndNothingElseIs()
    {
        var scaled = Make.Yaml("{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: s}, spec: {scaleTargetRef: {name: worker}, pollingInterval: 30}}")[0];
        Manifest[] manifests = [Make.Deployment("web", replicas: 3), Make.Autoscaler("web"), scaled, Make.Autoscaler("other")];
        var shares = new Dictionary<string, ScalingShare> { ["Deployment/web"] = new(2, 7), ["Deployment/worker"] = new(1, 4) };

        var after = AutoscalerBounds.Apply(manifests, shares);

        after[0].Should().BeSameAs(manifests[0], "its replicas are the autoscaler's");
        after[1].At("spec/minReplicas")!.GetValue<int>().Should().Be(2);
        after[1].At("spec/maxReplicas")!.GetValue<int>().Should().Be(7);
        after[2].Json["spec"]!.ToJsonString().Should().Be("""{"scaleTargetRef":{"name":"worker"},"pollingInterval":30,"minReplicaCount":1,"maxReplicaCount":4}""");
        after[3].Should().BeSameAs(manifests[3]);
        manifests[1].At("spec/maxReplicas").Should().BeNull("manifests are never changed in place");
    }
}
