using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Tests.Controllers;

namespace Kairship.Simulator.Tests.Nodes;

public sealed class KubeletTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("app:1", null, "Running", null)]
    [InlineData("app:bad-pull", null, "Pending", "ImagePullBackOff")]
    [InlineData("app:crash", null, "Running", "CrashLoopBackOff")]
    [InlineData("app:unready", null, "Running", null)]
    [InlineData("app:1", "ImagePullBackOff", "Pending", "ImagePullBackOff")]
    [InlineData("app:1", "CrashLoopBackOff", "Running", "CrashLoopBackOff")]
    public void Pod_ToldToFail_ShowsItAsARealOne(string image, string? fail, string phase, string? waiting)
    {
        _lab.Deployment("web", 1, image, podAnnotations: fail is null ? null : $"\"fake/fail\":\"{fail}\"");
        _lab.Advance(3);

        var pod = _lab.ActivePods().Should().ContainSingle().Which;
        var status = pod.Status("containerStatuses").Items().First();
        Pods.Phase(pod).Should().Be(phase);
        JsonTree.Text(JsonTree.At(status, "state", "waiting", "reason")).Should().Be(waiting);
        Pods.IsReady(pod).Should().Be(image == "app:1" && fail is null);
        if (!Pods.IsReady(pod))
        {
            JsonTree.Text(pod.Condition("Ready")!["message"]).Should().Be("containers with unready status: [main]");
        }
    }

    [Fact]
    public void Pod_Starting_IsContainerCreatingUntilItsTime()
    {
        _lab.Deployment("web", 1, podAnnotations: "\"fake/ready-after\":\"2.5\"");
        _lab.Settle();
        _lab.Advance(2);
        var pod = _lab.ActivePods()[0];
        JsonTree.Text(JsonTree.At(pod.Status("containerStatuses")![0], "state", "waiting", "reason")).Should().Be("ContainerCreating");

        _lab.Advance(0.5);

        Pods.IsReady(_lab.ActivePods()[0]).Should().BeTrue();
        JsonTree.Text(_lab.ActivePods()[0].Status("podIP")).Should().MatchRegex(@"^10\.64\.\d+\.\d+$");
    }

    [Fact]
    public void Pod_CrashLooping_RestartsMoreAndMore()
    {
        _lab.Deployment("web", 1, "app:crash");
        _lab.Advance(2);
        var first = Restarts();
        _lab.Advance(20);

        first.Should().Be(1);
        Restarts().Should().BeGreaterThan(3);
        JsonTree.Number(JsonTree.At(_lab.ActivePods()[0].Status("containerStatuses")![0], "lastState", "terminated", "exitCode")).Should().Be(1);
    }

    [Fact]
    public void ImageFault_SetAndCleared_BreaksRunningPodsAndHealsThem()
    {
        _lab.Deployment("web", 2, "registry.local/app:2");
        _lab.Deployment("other", 1, "registry.local/other:2");
        _lab.Advance(3);

        _lab.Faults.SetImageFault("app:2", PodFault.Unready);
        _lab.Advance(1);
        _lab.Status("deployments", "web", "readyReplicas").Should().Be(0);
        _lab.Status("deployments", "other", "readyReplicas").Should().Be(1);

        _lab.Faults.ClearImageFaults();
        _lab.Advance(3);
        _lab.Status("deployments", "web", "readyReplicas").Should().Be(2);
    }

    [Fact]
    public void PullFault_OfAnImageThatRunsAlready_StopsNewPodsOnly()
    {
        _lab.Deployment("web", 1, "app:2");
        _lab.Advance(3);
        _lab.Faults.SetImageFault("app:2", PodFault.ImagePullBackOff);
        _lab.Scale("web", 2);
        _lab.Advance(3);
        _lab.Status("deployments", "web", "readyReplicas").Should().Be(1);

        _lab.Faults.Heal();
        _lab.Advance(3);

        _lab.Status("deployments", "web", "readyReplicas").Should().Be(2);
    }

    private int Restarts() => _lab.ActivePods()[0].Status("containerStatuses")![0]!["restartCount"].Int();
}
