using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Tests.Plans;

public sealed class ApplyOrderTests
{
    [Theory]
    [InlineData("v1", "Namespace", 0)]
    [InlineData("apiextensions.k8s.io/v1", "CustomResourceDefinition", 1)]
    [InlineData("v1", "ServiceAccount", 2)]
    [InlineData("rbac.authorization.k8s.io/v1", "RoleBinding", 2)]
    [InlineData("v1", "ConfigMap", 3)]
    [InlineData("v1", "Secret", 3)]
    [InlineData("v1", "PersistentVolumeClaim", 3)]
    [InlineData("v1", "Service", 4)]
    [InlineData("apps/v1", "Deployment", 5)]
    [InlineData("batch/v1", "CronJob", 5)]
    [InlineData("autoscaling/v2", "HorizontalPodAutoscaler", 6)]
    [InlineData("policy/v1", "PodDisruptionBudget", 6)]
    [InlineData("networking.k8s.io/v1", "Ingress", 6)]
    [InlineData("example.com/v1", "Widget", 7)]
    [InlineData("serving.knative.dev/v1", "Service", 7)]
    public void Rank_OfAKind(string apiVersion, string kind, int rank) => ApplyOrder.Rank(new ObjectRef(apiVersion, kind, "a", "b")).Should().Be(rank);

    [Fact]
    public void Compare_SameRank_IsByKindNamespaceAndName()
    {
        ObjectRef[] sorted =
        [
            new("v1", "ConfigMap", "a", "a"), new("v1", "ConfigMap", "a", "b"), new("v1", "ConfigMap", "b", "a"), new("v1", "Secret", "a", "a"), new("v1", "Service", "a", "a"),
        ];

        sorted.Reverse().Order(Comparer<ObjectRef>.Create(ApplyOrder.Compare)).Should().Equal(sorted);
    }
}
