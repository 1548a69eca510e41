using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>The life of a pod: started, failing, deleted.</summary>
public abstract class PodCases(ConformanceServer server) : WorkloadCases(server)
{
    [Fact]
    public async Task Pod_Started_IsReadyWithItsConditionsAndDefaults()
    {
        await PodAsync("a");
        var pod = await UntilAsync(In("pods/a"), IsReady);

        Text(pod.Json, "status", "phase").Should().Be("Running");
        Text(pod.Json, "status", "qosClass").Should().Be("BestEffort");
        Text(pod.Json, "status", "podIP").Should().NotBeNullOrEmpty();
        At(pod.Json, "status", "conditions")!.AsArray().Where(c => (string?)c!["status"] == "True").Select(c => (string)c!["type"]!)
            .Should().Contain(["PodScheduled", "Initialized", "ContainersReady", "Ready"]);
        Number(pod.Json, "spec", "terminationGracePeriodSeconds").Should().Be(30);
        Text(pod.Json, "spec", "serviceAccountName").Should().Be("default");
        At(pod.Json, "status", "containerStatuses")![0]!["state"]!["running"].Should().NotBeNull();
        (await EventAsync("Pod", "a", "Scheduled")).Should().Be($"Normal Successfully assigned {Namespace}/a to {Text(pod.Json, "spec", "nodeName")}");
    }

    [Fact]
    public async Task Pod_WithoutTolerations_BearsALostNodeForFiveMinutes()
    {
        var plain = await PodAsync("a");
        var own = await PodAsync("b", "\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":7}]");

        Tolerations(plain.Json).Should().Equal("node.kubernetes.io/not-ready Exists NoExecute 300", "node.kubernetes.io/unreachable Exists NoExecute 300");
        Tolerations(own.Json).Should().Equal("node.kubernetes.io/not-ready Exists NoExecute 7", "node.kubernetes.io/unreachable Exists NoExecute 300");
    }

    [Theory]
    [InlineData("", 30)]
    [InlineData("?gracePeriodSeconds=7", 7)]
    public async Task Pod_Deleted_IsGivenItsGraceThenGoes(string query, int seconds)
    {
        await PodAsync("a");
        await UntilAsync(In("pods/a"), IsReady);
        var before = DateTimeOffset.Parse((await GetAsync(In("pods/a"))).Headers["Date"], CultureInfo.InvariantCulture);
        var deleted = await DeleteAsync(In("pods/a") + query);

        deleted.Code.Should().Be(200);
        ((string?)deleted.Json["kind"]).Should().Be("Pod");
        Number(deleted.Json, "metadata", "deletionGracePeriodSeconds").Should().Be(seconds);
        var end = DateTimeOffset.Parse(Text(deleted.Json, "metadata", "deletionTimestamp")!, CultureInfo.InvariantCulture);
        (end - before).TotalSeconds.Should().BeInRange(seconds - 1, seconds + 10);
        Text(deleted.Json, "status", "phase").Should().Be("Running");
        await UntilGoneAsync(In("pods/a"));
    }

    [Fact]
    public async Task Pod_DeletedWithoutGrace_IsGoneAtOnce()
    {
        await PodAsync("a");
        await UntilAsync(In("pods/a"), IsReady);
        var deleted = await DeleteAsync(In("pods/a"), """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}""");

        ((string?)deleted.Json["kind"]).Should().Be("Pod");
        deleted.Metadata["deletionTimestamp"].Should().NotBeNull();
        Number(deleted.Json, "metadata", "deletionGracePeriodSeconds").Should().Be(0);
        (await GetAsync(In("pods/a"))).Code.Should().Be(404);
    }

    [Fact]
    public async Task Pod_DeletedBeforeItHasANode_IsGoneAtOnce()
    {
        await PodAsync("a", "\"nodeSelector\":{\"no\":\"where\"}");
        var deleted = await DeleteAsync(In("pods/a"));

        ((string?)deleted.Json["kind"]).Should().Be("Pod");
        (await GetAsync(In("pods/a"))).Code.Should().Be(404);
    }

    [Fact]
    public async Task Pod_WithAFinalizer_EndsAndStaysUntilItIsTakenAway()
    {
        await PodAsync("a");
        await UntilAsync(In("pods/a"), IsReady);
        await ChangeAsync(In("pods/a"), """{"metadata":{"finalizers":["example.com/hold"]}}""");
        await DeleteAsync(In("pods/a"));
        await UntilAsync(In("pods/a"), p => Number(p, "metadata", "deletionGracePeriodSeconds") == 0, "its containers have ended");

        await ChangeAsync(In("pods/a"), """{"metadata":{"finalizers":null}}""");

        (await GetAsync(In("pods/a"))).Code.Should().Be(404);
    }

    [Theory]
    [InlineData("app:bad-pull", "")]
    [InlineData("app:1", "\"fake/fail\":\"ImagePullBackOff\"")]
    public async Task Pod_WhoseImageCannotBePulled_StaysPendingWithTheReason(string image, string annotations)
    {
        await PodAsync("a", image: image, annotations: annotations);
        var pod = await UntilAsync(In("pods/a"), p => Waiting(p)?.Contains("Image", StringComparison.Ordinal) == true);

        Waiting(pod.Json).Should().BeOneOf("ImagePullBackOff", "ErrImagePull");
        await UntilAsync(In("pods/a"), p => Waiting(p) == "ImagePullBackOff");
        Text(pod.Json, "status", "phase").Should().Be("Pending");
        IsReady(pod.Json).Should().BeFalse();
    }

    [Theory]
    [InlineData("app:crash", "")]
    [InlineData("app:1", "\"fake/fail\":\"CrashLoopBackOff\"")]
    public async Task Pod_ThatCrashes_BacksOffAndCountsItsRestarts(string image, string annotations)
    {
        await PodAsync("a", image: image, annotations: annotations);
        var pod = await UntilAsync(In("pods/a"), p => Waiting(p) == "CrashLoopBackOff");

        Text(pod.Json, "status", "phase").Should().Be("Running");
        IsReady(pod.Json).Should().BeFalse();
        await UntilAsync(In("pods/a"), p => Number(p["status"]!["containerStatuses"]![0], "restartCount") >= 2, "it is started again");
    }

    [Fact]
    public async Task Pod_ThatIsNotRestarted_SucceedsAndStays()
    {
        await PodAsync("a", "\"restartPolicy\":\"Never\"");
        var pod = await UntilAsync(In("pods/a"), p => Text(p, "status", "phase") == "Succeeded");

        Say(pod.Json, "Ready").Should().StartWith("False PodCompleted");
        var ended = pod.Json["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!;
        (Number(ended, "exitCode"), Text(ended, "reason")).Should().Be((0L, "Completed"));
        var deleted = await DeleteAsync(In("pods/a"));
        Number(deleted.Json, "metadata", "deletionGracePeriodSeconds").Should().Be(0, "nothing runs any more");
        await UntilGoneAsync(In("pods/a"));
    }

    [Fact]
    public async Task Pod_ToldToBeReadyLater_IsNotReadyBefore()
    {
        await PodAsync("a", annotations: "\"fake/ready-after\":\"2\"");
        var bound = await UntilAsync(In("pods/a"), p => Text(p, "spec", "nodeName") is not null);

        IsReady(bound.Json).Should().BeFalse();
        Text(bound.Json, "status", "phase").Should().Be("Pending");
        await UntilAsync(In("pods/a"), IsReady);
    }

    private static string? Waiting(JsonObject pod) => Text(pod["status"]?["containerStatuses"]?[0], "state", "waiting", "reason");

    private static IEnumerable<string> Tolerations(JsonObject pod) =>
        pod["spec"]!["tolerations"]!.AsArray().Select(t => $"{(string?)t!["key"]} {(string?)t["operator"]} {(string?)t["effect"]} {(long?)t["tolerationSeconds"]}");
}

public sealed class SimulatedPods(SimulatedServer server) : PodCases(server);

public sealed class RealPods(RealServer server) : PodCases(server);
