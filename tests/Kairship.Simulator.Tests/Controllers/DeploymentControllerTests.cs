using Kairship.Simulator.Controllers;
using Kairship.Simulator.Controllers.Deployments;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Controllers;

public sealed class DeploymentControllerTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Deployment_Created_RunsItsPodsAndSaysSo()
    {
        _lab.Deployment("web", 3);
        _lab.Settle();
        _lab.Reason("deployments", "web", "Available").Should().Be("MinimumReplicasUnavailable");
        _lab.Reason("deployments", "web", "Progressing").Should().BeOneOf("NewReplicaSetCreated", "ReplicaSetUpdated");

        _lab.Advance(2);

        var deployment = _lab.Get("deployments", "web")!;
        deployment.StatusOf()!.ToJsonString().Should().Contain("\"observedGeneration\":1").And.Contain("\"replicas\":3")
            .And.Contain("\"updatedReplicas\":3").And.Contain("\"readyReplicas\":3").And.Contain("\"availableReplicas\":3").And.NotContain("unavailableReplicas");
        _lab.Reason("deployments", "web", "Available").Should().Be("MinimumReplicasAvailable");
        _lab.Reason("deployments", "web", "Progressing").Should().Be("NewReplicaSetAvailable");
        var set = _lab.List("replicasets").Should().ContainSingle().Which;
        set.NameOf().Should().Be("web-" + set.Label("pod-template-hash"));
        _lab.ActivePods().Should().OnlyContain(p => p.Label("pod-template-hash") == set.Label("pod-template-hash"));
        deployment.Annotation(ReplicaSetView.RevisionAnnotation).Should().Be("1");
    }

    [Fact]
    public void Deployment_AtRest_WritesNothingMore()
    {
        _lab.Deployment("web", 3);
        _lab.Advance(5);
        var revision = _lab.Store.Revision;

        _lab.Advance(700, step: 20);

        _lab.Store.Revision.Should().Be(revision);
    }

    [Fact]
    public void Deployment_ImageChangedAndBack_ReusesTheFirstReplicaSetAsRevision3()
    {
        _lab.Deployment("web", 2);
        _lab.Advance(3);
        var first = _lab.List("replicasets")[0].NameOf();
        _lab.SetImage("web", "app:2");
        _lab.Advance(10);
        _lab.SetImage("web", "app:1");
        _lab.Advance(10);

        _lab.List("replicasets").Should().HaveCount(2);
        var reused = _lab.Get("replicasets", first)!;
        reused.Annotation(ReplicaSetView.RevisionAnnotation).Should().Be("3");
        reused.Annotation(ReplicaSetView.HistoryAnnotation).Should().Be("1");
        _lab.Get("deployments", "web")!.Annotation(ReplicaSetView.RevisionAnnotation).Should().Be("3");
        _lab.ActivePods().Select(ControlLab.ImageOf).Should().Equal("app:1", "app:1");
    }

    [Fact]
    public void Deployment_ImageNeverPulled_ExceedsItsDeadlineAndKeepsTheOldPods()
    {
        _lab.Deployment("web", 4, extraSpec: "\"progressDeadlineSeconds\":30");
        _lab.Advance(3);
        _lab.SetImage("web", "app:bad-pull");
        _lab.Advance(29);
        _lab.Reason("deployments", "web", "Progressing").Should().Be("ReplicaSetUpdated");

        _lab.Advance(10);

        var progressing = _lab.Get("deployments", "web")!.Condition("Progressing")!;
        JsonTree.Text(progressing["status"]).Should().Be("False");
        JsonTree.Text(progressing["reason"]).Should().Be("ProgressDeadlineExceeded");
        JsonTree.Text(progressing["message"]).Should().MatchRegex("^ReplicaSet \"web-[a-z0-9]+\" has timed out progressing\\.$");
        _lab.Status("deployments", "web", "availableReplicas").Should().BeGreaterThanOrEqualTo(3);

        _lab.SetImage("web", "app:3");
        _lab.Advance(10);
        _lab.Reason("deployments", "web", "Progressing").Should().Be("NewReplicaSetAvailable");
    }

    [Fact]
    public void Deployment_Recreate_StartsTheNewOnlyWhenTheOldAreGone()
    {
        _lab.Deployment("web", 3, extraSpec: "\"strategy\":{\"type\":\"Recreate\"}");
        _lab.Advance(3);
        var mixed = false;
        using (_lab.Store.Subscribe(_ => mixed |= _lab.ActivePods().Select(ControlLab.ImageOf).Distinct().Count() > 1))
        {
            _lab.SetImage("web", "app:2");
            _lab.Advance(5);
        }

        mixed.Should().BeFalse();
        _lab.ActivePods().Select(ControlLab.ImageOf).Should().Equal("app:2", "app:2", "app:2");
    }

    [Fact]
    public void Deployment_Paused_ScalesButDoesNotRollOut()
    {
        _lab.Deployment("web", 2);
        _lab.Advance(3);
        _lab.Edit("deployments", "web", d => d["spec"]!["paused"] = true);
        _lab.SetImage("web", "app:2");
        _lab.Scale("web", 4);
        _lab.Advance(5);
        _lab.ActivePods().Select(ControlLab.ImageOf).Should().HaveCount(4).And.OnlyContain(i => i == "app:1");
        _lab.Reason("deployments", "web", "Progressing").Should().Be("DeploymentPaused");

        _lab.Edit("deployments", "web", d => d["spec"]!.AsObject().Remove("paused"));
        _lab.Advance(10);

        _lab.ActivePods().Select(ControlLab.ImageOf).Should().HaveCount(4).And.OnlyContain(i => i == "app:2");
    }

    [Fact]
    public void Deployment_ScaledInMidRollout_SpreadsInProportion()
    {
        _lab.Deployment("web", 10, extraSpec: "\"strategy\":{\"rollingUpdate\":{\"maxSurge\":3,\"maxUnavailable\":2}}");
        _lab.Advance(3);
        _lab.SetImage("web", "app:unready");
        _lab.Advance(5);
        Sizes().Should().Equal(8, 5);

        _lab.Scale("web", 15);
        _lab.Advance(1);

        // The example of the Kubernetes documentation: 8 + 5 of 13 become 11 + 7 of 18.
        Sizes().Should().Equal(11, 7);
    }

    [Fact]
    public void Deployment_ManyRevisions_KeepsTheHistoryLimit()
    {
        _lab.Deployment("web", 1, extraSpec: "\"revisionHistoryLimit\":2");
        for (var i = 2; i < 7; i++)
        {
            _lab.Advance(4);
            _lab.SetImage("web", $"app:{i}");
        }

        _lab.Advance(6);

        _lab.List("replicasets").Select(s => s.Annotation(ReplicaSetView.RevisionAnnotation)).Should().BeEquivalentTo("4", "5", "6");
    }

    [Fact]
    public void Deployment_MinReadySeconds_IsAvailableOnlyAfterThem()
    {
        _lab.Deployment("web", 1, extraSpec: "\"minReadySeconds\":20");
        _lab.Advance(10);
        _lab.Status("deployments", "web", "readyReplicas").Should().Be(1);
        _lab.Status("deployments", "web", "availableReplicas").Should().Be(0);

        _lab.Advance(15);

        _lab.Status("deployments", "web", "availableReplicas").Should().Be(1);
    }

    [Fact]
    public void ReplicaSet_PodDeletedOrOrphaned_IsReplacedAndAdopted()
    {
        _lab.Deployment("web", 2);
        _lab.Advance(3);
        var victim = _lab.ActivePods()[0];
        _lab.Store.Delete(Pods.Key(victim));
        _lab.Settle();
        _lab.ActivePods().Should().HaveCount(2).And.NotContain(p => p.NameOf() == victim.NameOf());

        var released = _lab.ActivePods()[0].NameOf();
        _lab.Edit("pods", released, p => p["metadata"]!["labels"]!["app"] = "quarantine");
        _lab.Settle();
        _lab.Get("pods", released)!.ControllerRef().Should().BeNull("the pod matches no more");
        _lab.ActivePods().Should().HaveCount(3);

        _lab.Edit("pods", released, p => p["metadata"]!["labels"]!["app"] = "web");
        _lab.Settle();
        _lab.ActivePods().Should().HaveCount(2).And.OnlyContain(p => p.ControlledBy("ReplicaSet") != null);
    }

    private IEnumerable<int> Sizes() => _lab.List("replicasets").Select(ReplicaSetView.Read).OrderBy(s => s.Revision).Select(s => s.Replicas);
}
