using System.Text.Json.Nodes;
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
    public void Pod_CrashLooping_PausesTwiceAsLongEachTimeUpToFiveMinutes()
    {
        _lab.Deployment("web", 1, "app:crash");
        _lab.Advance(2);
        Restarts().Should().Be(1);
        Waiting().Should().StartWith("CrashLoopBackOff: back-off 10s restarting failed container=main pod=web-");
        _lab.Advance(10);
        Restarts().Should().Be(2);
        Waiting().Should().StartWith("CrashLoopBackOff: back-off 20s ");
        _lab.Advance(20 + 40 + 80 + 160, step: 5);
        Restarts().Should().Be(6);
        Waiting().Should().StartWith("CrashLoopBackOff: back-off 5m0s ");
        JsonTree.Number(JsonTree.At(Status(), "lastState", "terminated", "exitCode")).Should().Be(1);
    }

    [Theory]
    [InlineData("\"fake/fail\":\"OOMKilled\"", 137, "OOMKilled")]
    [InlineData("\"fake/exit-code\":\"3\"", 3, "Error")]
    public void Pod_ToldHowToCrash_SaysSoInItsLastState(string annotations, int code, string reason)
    {
        _lab.Deployment("web", 1, podAnnotations: annotations);
        _lab.Advance(2);

        var ended = JsonTree.At(Status(), "lastState", "terminated")!;
        (JsonTree.Number(ended["exitCode"]), JsonTree.Text(ended["reason"])).Should().Be(((long?)code, reason));
    }

    [Fact]
    public void Pod_ThatCannotBePulled_ChangesBetweenTheErrorAndTheBackOff()
    {
        _lab.Deployment("web", 1, "app:bad-pull");
        _lab.Settle();
        _lab.Advance(1);
        Waiting().Should().StartWith("ErrImagePull: ");
        _lab.Advance(1);
        Waiting().Should().StartWith("ImagePullBackOff: Back-off pulling image \"app:bad-pull\"");
        _lab.Advance(10);
        Waiting().Should().StartWith("ErrImagePull: ");
        _lab.Advance(1);
        Waiting().Should().StartWith("ImagePullBackOff: ");
    }

    [Fact]
    public void Pod_Deleted_EndsWithinItsGraceAndIsKilledAfterIt()
    {
        Pod("quick", null);
        Pod("slow", """ "annotations":{"fake/end-after":"60"} """, "\"terminationGracePeriodSeconds\":5");
        Pod("homeless", null, "\"nodeSelector\":{\"disk\":\"ssd\"}");
        _lab.Advance(2);
        foreach (var name in (string[])["quick", "slow", "homeless"])
        {
            _lab.Store.Delete(ControlLab.Key("pods", name));
        }

        _lab.Settle();
        _lab.Get("pods", "homeless").Should().BeNull("what was never on a node goes at once");
        var slow = _lab.Get("pods", "slow")!["metadata"]!;
        slow["deletionTimestamp"].Time().Should().Be(DateTimeOffset.Parse(_lab.Clock.Stamp()).AddSeconds(5));
        JsonTree.Number(slow["deletionGracePeriodSeconds"]).Should().Be(5);
        _lab.Advance(0.5);
        _lab.List("pods").Select(p => p.NameOf()).Should().Equal("slow");
        JsonObject? last = null;
        using (_lab.Store.Subscribe(c => last = c.Type == ChangeType.Deleted ? c.Object : last))
        {
            _lab.Advance(4);
            _lab.List("pods").Should().ContainSingle();
            _lab.Advance(1);
        }

        _lab.List("pods").Should().BeEmpty();
        JsonTree.Number(JsonTree.At(last!.Status("containerStatuses")![0], "state", "terminated", "exitCode")).Should().Be(137);
    }

    [Fact]
    public void Pod_WhoseDeletionIsForced_GoesAtOnceEvenFromADeadNode()
    {
        Pod("one", null);
        _lab.Advance(2);
        _lab.Faults.StopNode(JsonTree.Text(_lab.Get("pods", "one")!.Spec("nodeName"))!);
        _lab.Store.Delete(ControlLab.Key("pods", "one"));
        _lab.Advance(60, step: 10);
        _lab.Get("pods", "one").Should().NotBeNull("nobody ends it");

        _lab.Store.Delete(ControlLab.Key("pods", "one"), graceSeconds: 0);

        _lab.Get("pods", "one").Should().BeNull();
    }

    [Fact]
    public void Pod_WithInitContainers_StartsThemInOrder()
    {
        Pod("one", """ "annotations":{"fake/ready-after":"3"} """, """ "initContainers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}] """);
        var seen = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            _lab.Advance(0.5);
            var pod = _lab.Get("pods", "one")!;
            var states = pod.Status("initContainerStatuses").Items().Concat(pod.Status("containerStatuses").Items())
                .Select(c => $"{JsonTree.Text(c["name"])}:{((JsonObject)c["state"]!).First().Key}");
            var line = string.Join(' ', states);
            if (seen.LastOrDefault() != line)
            {
                seen.Add(line);
            }
        }

        seen.Should().Equal(
            "a:running b:waiting main:waiting", "a:terminated b:running main:waiting", "a:terminated b:terminated main:waiting", "a:terminated b:terminated main:running");
        Pods.IsReady(_lab.Get("pods", "one")!).Should().BeTrue();
    }

    [Fact]
    public void Pod_WhoseInitContainerCrashes_StaysPending()
    {
        Pod("one", null, """ "initContainers":[{"name":"a","image":"a:crash"}] """);
        _lab.Advance(12);

        var pod = _lab.Get("pods", "one")!;
        Pods.Phase(pod).Should().Be("Pending");
        JsonTree.Text(pod.Condition("Initialized")!["message"]).Should().Be("containers with incomplete status: [a]");
        JsonTree.Text(JsonTree.At(pod.Status("initContainerStatuses")![0], "state", "waiting", "reason")).Should().Be("CrashLoopBackOff");
    }

    [Fact]
    public void Pod_WithAReadinessGate_IsReadyWhenSomebodyOpensIt()
    {
        Pod("one", null, """ "readinessGates":[{"conditionType":"example.com/fed"}] """);
        _lab.Advance(2);
        var ready = _lab.Get("pods", "one")!.Condition("Ready")!;
        JsonTree.Text(ready["reason"]).Should().Be("ReadinessGatesNotReady");
        JsonTree.Text(ready["message"]).Should().Be("corresponding condition of pod readiness gate \"example.com/fed\" does not exist.");

        _lab.Store.Update(
            ControlLab.Key("pods", "one"),
            p => ObjectReading.SetCondition(JsonTree.Child(p, "status"), "example.com/fed", "True", _lab.Clock.Stamp()) ? p : null,
            status: true);
        _lab.Settle();

        Pods.IsReady(_lab.Get("pods", "one")!).Should().BeTrue();
    }

    [Fact]
    public void Pod_WithAProbe_RunsBeforeItIsReady()
    {
        _lab.Json("pods", """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"one","namespace":"default","annotations":{"fake/ready-after":"4"} },
             "spec":{"containers":[{"name":"main","image":"a:1","readinessProbe":{"httpGet":{"port":80} } }]} }
            """);
        _lab.Settle();
        _lab.Advance(2);
        Pods.Phase(_lab.Get("pods", "one")!).Should().Be("Running");
        Pods.IsReady(_lab.Get("pods", "one")!).Should().BeFalse();
        _lab.Advance(2);
        Pods.IsReady(_lab.Get("pods", "one")!).Should().BeTrue();
    }

    [Fact]
    public void Pods_OfAClusterThatStartsAgain_GoOnAsTheyWere()
    {
        _lab.Deployment("web", 2);
        _lab.Deployment("bad", 1, "app:crash");
        _lab.Advance(3);
        var before = _lab.List("pods").ToDictionary(p => p.NameOf(), p => p.StatusOf()!.ToJsonString());

        using var again = new ControlPlane(_lab.Store, _lab.Clock, _lab.Faults, new ControlOptions { PodReadyAfter = TimeSpan.FromSeconds(1) });
        again.Drain();

        _lab.List("pods").Where(p => p.NameOf().StartsWith("web", StringComparison.Ordinal)).Should().OnlyContain(p => before[p.NameOf()] == p.StatusOf()!.ToJsonString());
        again.LastFailure.Should().BeNull();
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

    private JsonObject Status() => _lab.ActivePods()[0].Status("containerStatuses").Items().First();

    private string Waiting() =>
        $"{JsonTree.Text(JsonTree.At(Status(), "state", "waiting", "reason"))}: {JsonTree.Text(JsonTree.At(Status(), "state", "waiting", "message"))}";

    private void Pod(string name, string? meta, string? spec = null) => _lab.Json("pods", $$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","namespace":"default"{{(meta is null ? "" : "," + meta)}} },
         "spec":{ {{(spec is null ? "" : spec + ",")}}"containers":[{"name":"main","image":"a:1"}]} }
        """);

    private int Restarts() => _lab.ActivePods()[0].Status("containerStatuses")![0]!["restartCount"].Int();
}
