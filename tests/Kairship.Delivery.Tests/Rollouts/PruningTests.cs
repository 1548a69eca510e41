using Kairship.Delivery.Manifests;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Rollouts;

public sealed class PruningTests
{
    private static readonly ObjectRef[] Before =
    [
        new("v1", "Namespace", null, "n"), new("v1", "ConfigMap", "a", "gone"), new("apps/v1", "Deployment", "a", "web"), new("v1", "Service", "a", "gone"),
        new("autoscaling/v1", "HorizontalPodAutoscaler", "a", "web"), new("v1", "ConfigMap", "a", "gone"), new("v1", "ConfigMap", "b", "kept"),
    ];

    private static readonly Manifest[] After =
        [Make.Object("ConfigMap", "kept", "b"), Make.Object("ConfigMap", "gone", "other"), Make.Autoscaler("web", "a")];

    [Fact]
    public void Stale_WhatIsNoLongerWanted_IsInTheOrderOfDeletion() =>
        Pruning.Stale(Before, After).Select(r => r.ToString()).Should().Equal("Deployment/a/web", "Service/a/gone", "ConfigMap/a/gone");

    [Fact]
    public void LeftBehind_Namespaces_AreNeverDeleted() => Pruning.LeftBehind(Before, After).Should().Equal(Before[0]);
}
