using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Controllers;

public sealed class WorkloadControllerTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void StatefulSet_Created_StartsPodsInOrderWithTheirClaims()
    {
        StatefulSet("db", 3);
        _lab.Settle();
        Names().Should().Equal("db-0");
        _lab.Advance(1);
        Names().Should().Equal("db-0", "db-1");

        _lab.Advance(5);

        Names().Should().Equal("db-0", "db-1", "db-2");
        _lab.List("persistentvolumeclaims").Select(c => $"{c.NameOf()} {JsonTree.Text(c.Status("phase"))}")
            .Should().Equal("data-db-0 Bound", "data-db-1 Bound", "data-db-2 Bound");
        var set = _lab.Get("statefulsets", "db")!;
        JsonTree.Text(set.Status("currentRevision")).Should().Be(JsonTree.Text(set.Status("updateRevision"))).And.StartWith("db-");
        _lab.Status("statefulsets", "db", "availableReplicas").Should().Be(3);
    }

    [Fact]
    public void StatefulSet_ImageChangedWithPartition_UpdatesFromTheTopDownToIt()
    {
        StatefulSet("db", 3, ",\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}");
        _lab.Advance(6);
        _lab.Edit("statefulsets", "db", s => s["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "db:2");
        _lab.Advance(10);

        _lab.List("pods").Select(ControlLab.ImageOf).Should().Equal("db:1", "db:2", "db:2");
        _lab.Status("statefulsets", "db", "updatedReplicas").Should().Be(2);
        _lab.Store.Delete(ControlLab.Key("pods", "db-0"));
        _lab.Advance(3);
        ControlLab.ImageOf(_lab.Get("pods", "db-0")!).Should().Be("db:1", "below the partition the old revision is used again");

        _lab.Edit("statefulsets", "db", s => s["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 0L);
        _lab.Advance(10);
        _lab.List("pods").Select(ControlLab.ImageOf).Should().Equal("db:2", "db:2", "db:2");
        _lab.Status("statefulsets", "db", "currentReplicas").Should().Be(3);
    }

    [Fact]
    public void StatefulSet_ScaledDown_RemovesTheHighest()
    {
        StatefulSet("db", 3);
        _lab.Advance(6);
        _lab.Edit("statefulsets", "db", s => s["spec"]!["replicas"] = 1L);
        _lab.Advance(2);

        Names().Should().Equal("db-0");
        _lab.List("persistentvolumeclaims").Should().HaveCount(3, "claims stay");
    }

    [Fact]
    public void DaemonSet_OnNodesWithATaint_RunsWhereItMayAndRollsOneByOne()
    {
        _lab.Edit("nodes", "node-1", n => n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "gpu", ["value"] = "x", ["effect"] = "NoSchedule" }), ns: null);
        _lab.Json("daemonsets", $$"""
            {"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"default"},
             "spec":{"selector":{"matchLabels":{"app":"agent"} },"template":{{ControlLab.Template("agent", "agent:1")}} } }
            """);
        _lab.Advance(3);
        _lab.ActivePods().Select(p => JsonTree.Text(p.Spec("nodeName"))).Should().BeEquivalentTo("node-0", "node-2");
        _lab.Status("daemonsets", "agent", "numberAvailable").Should().Be(2);

        var fewest = int.MaxValue;
        using (_lab.Store.Subscribe(_ => fewest = Math.Min(fewest, _lab.ActivePods().Count(Pods.IsReady))))
        {
            _lab.Edit("daemonsets", "agent", s => s["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "agent:2");
            _lab.Advance(10);
        }

        fewest.Should().Be(1);
        _lab.ActivePods().Select(ControlLab.ImageOf).Should().Equal("agent:2", "agent:2");
        _lab.Edit("nodes", "node-1", n => n["spec"]!.AsObject().Remove("taints"), ns: null);
        _lab.Advance(3);
        _lab.Status("daemonsets", "agent", "numberReady").Should().Be(3);
    }

    [Fact]
    public void Job_OfThreeCompletions_RunsThemAndCompletes()
    {
        Job("once", "\"completions\":3,\"parallelism\":2", "work:1");
        _lab.Settle();
        _lab.Status("jobs", "once", "active").Should().Be(2);

        _lab.Advance(5);

        _lab.Status("jobs", "once", "succeeded").Should().Be(3);
        JsonTree.Text(_lab.Get("jobs", "once")!.Condition("Complete")!["status"]).Should().Be("True");
        _lab.Get("jobs", "once")!.Status("completionTime").Should().NotBeNull();
        _lab.List("pods").Should().HaveCount(3).And.OnlyContain(p => Pods.Phase(p) == "Succeeded");
    }

    [Fact]
    public void Job_ThatFails_PausesLongerAndGivesUpAtItsLimit()
    {
        Job("broken", "\"backoffLimit\":2", "work:crash");
        _lab.Advance(8);
        _lab.Status("jobs", "broken", "failed").Should().Be(1, "the first pause takes ten seconds");

        _lab.Advance(60);

        _lab.Status("jobs", "broken", "failed").Should().Be(3);
        _lab.Reason("jobs", "broken", "Failed").Should().Be("BackoffLimitExceeded");
    }

    [Fact]
    public void Job_WithTimeToLive_GoesWithItsPods()
    {
        Job("once", "\"ttlSecondsAfterFinished\":30", "work:1");
        _lab.Advance(10);
        _lab.Status("jobs", "once", "succeeded").Should().Be(1);

        _lab.Advance(40);

        _lab.Get("jobs", "once").Should().BeNull();
        _lab.List("pods").Should().BeEmpty();
    }

    [Fact]
    public void Autoscaler_WithoutLoad_KeepsTheSizeWithinItsBounds()
    {
        _lab.Deployment("web", 3);
        Autoscaler("web", 2, 5);
        _lab.Advance(20);
        _lab.Get("deployments", "web")!.Spec("replicas").Int().Should().Be(3);
        _lab.Reason("horizontalpodautoscalers", "web", "ScalingActive").Should().Be("ValidMetricFound");

        _lab.Scale("web", 9);
        _lab.Advance(20);
        _lab.Get("deployments", "web")!.Spec("replicas").Int().Should().Be(5);
        _lab.Scale("web", 1);
        _lab.Advance(20);
        _lab.Get("deployments", "web")!.Spec("replicas").Int().Should().Be(2);
    }

    [Fact]
    public void Autoscaler_UnderLoad_GrowsAtOnceAndShrinksAfterTheWindow()
    {
        _lab.Deployment("web", 2);
        Autoscaler("web", 1, 10);
        _lab.Edit("deployments", "web", d => d["metadata"]!["managedFields"] = JsonNode.Parse("""
            [{"manager":"ship","operation":"Apply","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{},"f:paused":{} } } }]
            """));
        _lab.Advance(5);

        // Each pod asks for 100m and shall use half of it: 300m want six pods.
        _lab.Edit("horizontalpodautoscalers", "web", a => a.Annotate("fake/cpu-load", "300m"));
        _lab.Advance(60);
        _lab.Get("deployments", "web")!.Spec("replicas").Int().Should().Be(6);
        var managers = _lab.Get("deployments", "web")!["metadata"]!["managedFields"].Items().ToDictionary(m => JsonTree.Text(m["manager"])!);
        managers["ship"]["fieldsV1"]!.ToJsonString().Should().NotContain("f:replicas");
        managers["kube-controller-manager"]["fieldsV1"]!.ToJsonString().Should().Contain("f:replicas");
        JsonTree.Text(managers["kube-controller-manager"]["subresource"]).Should().Be("scale");

        _lab.Edit("horizontalpodautoscalers", "web", a => a.Annotate("fake/cpu-load", "100m"));
        _lab.Advance(200, step: 5);
        _lab.Get("deployments", "web")!.Spec("replicas").Int().Should().Be(6);
        _lab.Advance(200, step: 5);
        _lab.Get("deployments", "web")!.Spec("replicas").Int().Should().Be(2);
    }

    [Fact]
    public void DisruptionBudget_OfAnUnreadyPod_AllowsNone()
    {
        _lab.Deployment("web", 3);
        _lab.Json("poddisruptionbudgets", """
            {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"web"},"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"app":"web"} } } }
            """);
        _lab.Advance(3);
        _lab.Status("poddisruptionbudgets", "web", "disruptionsAllowed").Should().Be(1);

        _lab.Edit("pods", _lab.ActivePods()[0].NameOf(), p => p.Annotate("fake/fail", "Unready"));
        _lab.Advance(2);

        _lab.Status("poddisruptionbudgets", "web", "disruptionsAllowed").Should().Be(0);
        _lab.Reason("poddisruptionbudgets", "web", "DisruptionAllowed").Should().Be("InsufficientPods");
    }

    private IEnumerable<string> Names() => _lab.List("pods").Select(p => p.NameOf());

    private void StatefulSet(string name, int replicas, string extra = "") => _lab.Json("statefulsets", $$"""
        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{"replicas":{{replicas}},"serviceName":"{{name}}","selector":{"matchLabels":{"app":"{{name}}"} }{{extra}},
          "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }],
          "template":{{ControlLab.Template(name, name + ":1")}} } }
        """);

    private void Job(string name, string spec, string image)
    {
        var template = JsonNode.Parse(ControlLab.Template(name, image))!;
        template["spec"]!["restartPolicy"] = "Never";
        _lab.Json("jobs", $$"""
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{name}}","namespace":"default"},"spec":{ {{spec}},"template":{{template.ToJsonString()}} } }
            """);
    }

    private void Autoscaler(string target, int min, int max) => _lab.Json("horizontalpodautoscalers", $$"""
        {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"{{target}}","namespace":"default"},
         "spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"{{target}}"},"minReplicas":{{min}},"maxReplicas":{{max}},
          "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50} } }],
          "behavior":{"scaleDown":{"stabilizationWindowSeconds":300} } } }
        """);
}
