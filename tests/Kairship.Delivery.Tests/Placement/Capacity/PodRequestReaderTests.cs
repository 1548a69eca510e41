using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Tests.Placement.Capacity;

public sealed class PodRequestReaderTests
{
    [Theory]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m, memory: 64Mi}}}, {name: b, resources: {requests: {cpu: 1}}}]", 1100, 64)]
    [InlineData("containers: [{name: a, resources: {limits: {cpu: 200m, memory: 32Mi}}}]", 200, 32)]
    [InlineData("containers: [{name: a, resources: {limits: {cpu: 200m}, requests: {cpu: 50m}}}]", 50, 0)]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m}}}], initContainers: [{name: i, resources: {requests: {cpu: 300m}}}]", 300, 0)]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m}}}], initContainers: [{name: i, resources: {requests: {cpu: 50m, memory: 8Mi}}}]", 100, 8)]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m}}}], initContainers: [{name: s, restartPolicy: Always, resources: {requests: {cpu: 300m}}}]", 400, 0)]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m}}}], initContainers: [{name: s, restartPolicy: Always, resources: {requests: {cpu: 50m}}}, {name: i, resources: {requests: {cpu: 200m}}}]", 250, 0)]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m}}}], overhead: {cpu: 10m, memory: 1Mi}", 110, 1)]
    [InlineData("containers: [{name: a, resources: {requests: {cpu: 100m, memory: 1Mi}}}], resources: {requests: {cpu: 500m}}", 500, 1)]
    [InlineData("containers: [{name: a}]", 0, 0)]
    public void Read_Requests_FollowTheScheduler(string spec, long cpu, long mebibytes)
    {
        var request = PodRequestReader.Read(Workload(spec))!;

        (request.Amounts.CpuMilli, request.Amounts.MemoryBytes).Should().Be((cpu, mebibytes * 1048576));
    }

    [Fact]
    public void Read_TheRest_IsPartOfTheShape()
    {
        var request = PodRequestReader.Read(Workload("""
            containers: [{name: a, resources: {requests: {'nvidia.com/gpu': 2}}}], nodeSelector: {disk: ssd},
            tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}],
            affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]}}}
            """.ReplaceLineEndings(" ")))!;

        request.Amounts.Extended.Should().Equal(new Dictionary<string, long> { ["nvidia.com/gpu"] = 2 });
        request.NodeSelector.Should().Equal(new Dictionary<string, string> { ["disk"] = "ssd" });
        request.Tolerations.Should().Equal(new Toleration("gpu", TolerationOperator.Exists, null, TaintEffect.NoSchedule));
        request.NodeTerms.Should().ContainSingle().Which.Should().ContainSingle().Which.Key.Should().Be("zone");
        request.Shape.Should().Contain("gpu").And.Contain("ssd").And.Contain("zone");
    }

    [Fact]
    public void Read_AnAmountThatIsNone_SaysWhere() => FluentActions
        .Invoking(() => PodRequestReader.Read(Workload("containers: [{name: a, resources: {requests: {cpu: lots}}}]")))
        .Should().Throw<ManifestException>().WithMessage("Deployment/web: cpu of container a is \"lots\"; it must be a quantity*");

    [Fact]
    public void Read_WhatHasNoPods_IsNothing() => PodRequestReader.Read(Make.Object("ConfigMap", "c")).Should().BeNull();

    private static Manifest Workload(string spec) => Make.Yaml($"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{{spec}}}}}}}")[0];
}
