using CsCheck;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Tests.Plans;

public sealed class ApplyOrderTests
{
    /// <summary>What must be there before what, whatever else is in a set.</summary>
    private static readonly (string Before, string After)[] Needs =
    [
        ("v1/Namespace", "apiextensions.k8s.io/v1/CustomResourceDefinition"), ("v1/Namespace", "v1/ServiceAccount"), ("v1/Namespace", "v1/ConfigMap"),
        ("apiextensions.k8s.io/v1/CustomResourceDefinition", "example.com/v1/Widget"),
        ("apiextensions.k8s.io/v1/CustomResourceDefinition", "rbac.authorization.k8s.io/v1/ClusterRole"),
        ("v1/ServiceAccount", "rbac.authorization.k8s.io/v1/RoleBinding"), ("rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/RoleBinding"),
        ("rbac.authorization.k8s.io/v1/ClusterRole", "rbac.authorization.k8s.io/v1/ClusterRoleBinding"), ("rbac.authorization.k8s.io/v1/RoleBinding", "v1/ConfigMap"),
        ("v1/ConfigMap", "storage.k8s.io/v1/StorageClass"), ("v1/Secret", "storage.k8s.io/v1/StorageClass"), ("storage.k8s.io/v1/StorageClass", "v1/PersistentVolumeClaim"),
        ("storage.k8s.io/v1/StorageClass", "v1/PersistentVolume"), ("v1/PersistentVolumeClaim", "apps/v1/StatefulSet"), ("v1/PersistentVolume", "v1/Pod"),
        ("v1/ResourceQuota", "v1/Pod"), ("v1/LimitRange", "apps/v1/Deployment"), ("scheduling.k8s.io/v1/PriorityClass", "apps/v1/DaemonSet"),
        ("v1/ServiceAccount", "batch/v1/Job"), ("v1/Service", "apps/v1/Deployment"), ("networking.k8s.io/v1/NetworkPolicy", "apps/v1/Deployment"),
        ("apps/v1/Deployment", "autoscaling/v2/HorizontalPodAutoscaler"), ("apps/v1/Deployment", "policy/v1/PodDisruptionBudget"), ("v1/Service", "networking.k8s.io/v1/Ingress"),
        ("networking.k8s.io/v1/IngressClass", "networking.k8s.io/v1/Ingress"), ("apps/v1/Deployment", "apiregistration.k8s.io/v1/APIService"),
        ("apps/v1/Deployment", "example.com/v1/Widget"), ("apps/v1/Deployment", "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration"),
        ("example.com/v1/Widget", "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration"),
        ("v1/Service", "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration"), ("v1/Event", "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy"),
        ("apps/v1/Deployment", "serving.knative.dev/v1/Service"),
    ];

    private static readonly string[] Kinds = [.. Needs.SelectMany(n => (string[])[n.Before, n.After]).Distinct()];

    [Fact]
    public void Compare_AnySet_IsALinearExtensionOfWhatNeedsWhat() =>
        Gen.Select(Gen.Int[0, Kinds.Length - 1].Select(i => Kinds[i]), Gen.Int[0, 2], Gen.Int[0, 2], (kind, ns, name) => Ref(kind, $"ns{ns}", $"n{name}")).Array[1, 40].Sample(set =>
        {
            var sorted = set.Order(Comparer<ObjectRef>.Create(ApplyOrder.Compare)).ToList();
            foreach (var (before, after) in Needs)
            {
                var last = sorted.FindLastIndex(r => $"{r.ApiVersion}/{r.Kind}" == before);
                var first = sorted.FindIndex(r => $"{r.ApiVersion}/{r.Kind}" == after);
                (last < 0 || first < 0 || last < first).Should().BeTrue($"{before} comes before {after} in {string.Join(", ", sorted)}");
            }
        });

    [Fact]
    public void Rank_WhatNeedsWhat_IsNeverInOneWave() =>
        Needs.Should().OnlyContain(n => ApplyOrder.Rank(Ref(n.Before, "a", "b")) < ApplyOrder.Rank(Ref(n.After, "a", "b")));

    [Theory]
    [InlineData("v1", "Namespace", 0)]
    [InlineData("example.com/v1", "Widget", 11)]
    [InlineData("serving.knative.dev/v1", "Service", 11)]
    [InlineData("example.com/v1", "Namespace", 11)]
    [InlineData("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", 12)]
    public void Rank_GoesByGroupAndKind(string apiVersion, string kind, int rank) => ApplyOrder.Rank(new ObjectRef(apiVersion, kind, "a", "b")).Should().Be(rank);

    [Fact]
    public void Compare_SameRank_IsByKindNamespaceAndName()
    {
        ObjectRef[] sorted =
        [
            new("v1", "ConfigMap", "a", "a"), new("v1", "ConfigMap", "a", "b"), new("v1", "ConfigMap", "b", "a"), new("v1", "Secret", "a", "a"), new("v1", "Service", "a", "a"),
        ];

        sorted.Reverse().Order(Comparer<ObjectRef>.Create(ApplyOrder.Compare)).Should().Equal(sorted);
    }

    private static ObjectRef Ref(string kind, string ns, string name) => new(kind[..kind.LastIndexOf('/')], kind[(kind.LastIndexOf('/') + 1)..], ns, name);
}
