using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Tests.Rollouts;

public sealed class HealthVerdictTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public void Decide_AllReady_IsHealthy() => Decide(Cluster("a", Web(3, 3)), Cluster("b", Web(0, 0)), Cluster("no-workloads")).Should().BeOfType<HealthVerdict.Healthy>();

    [Fact]
    public void Decide_NoReport_IsNotHealth()
    {
        Decide().Should().BeOfType<HealthVerdict.Progressing>();
        Decide(Cluster("a", Web(3, 3)), new ClusterHealth("b", false, [], TimeSpan.FromSeconds(1), "timeout"))
            .Should().Be(new HealthVerdict.Progressing("b has not reported (timeout)"));
    }

    [Fact]
    public void Decide_ReadyButForTheRevisionBefore_IsNotHealth() =>
        Decide(Cluster("a", Web(3, 3) with { IsCurrent = false })).Should().Be(new HealthVerdict.Progressing("a: Deployment/web not observed yet"));

    [Fact]
    public void Decide_FewerReady_Progresses() => Decide(Cluster("a", Web(1, 3))).Should().Be(new HealthVerdict.Progressing("a: Deployment/web 1/3"));

    [Theory]
    [InlineData("ProgressDeadlineExceeded", 0, true)]
    [InlineData("InvalidImageName", 0, true)]
    [InlineData("ImagePullBackOff", 14, false)]
    [InlineData("ImagePullBackOff", 15, true)]
    [InlineData("CrashLoopBackOff", 20, true)]
    [InlineData("ContainerCreating", 50, false)]
    public void Decide_Reasons_FailAtOnceOrAfterPatienceOrNotAtAll(string reason, int seconds, bool fails) =>
        (Decide(Cluster("a", Web(0, 3) with { Reason = reason, Message = "no such image.", For = TimeSpan.FromSeconds(seconds) })) is HealthVerdict.Failed).Should().Be(fails);

    [Fact]
    public void Decide_Failure_NamesClusterObjectAndReason() =>
        Decide(Cluster("b", Web(0, 3)), Cluster("a", Web(2, 3) with { Reason = "CrashLoopBackOff", Message = "exit code 1.", For = Deadline }))
            .Should().Be(new HealthVerdict.Failed("a", "Deployment/web", "CrashLoopBackOff", "Deployment/web in a: CrashLoopBackOff: exit code 1 (2/3 ready)."));

    [Fact]
    public void Decide_FailureReportedForTheRevisionBefore_DoesNotCount() =>
        Decide(Cluster("a", Web(0, 3) with { IsCurrent = false, Reason = "ProgressDeadlineExceeded" })).Should().BeOfType<HealthVerdict.Progressing>();

    [Fact]
    public void Decide_PastTheDeadline_Fails()
    {
        Decide(Cluster("a", Web(1, 3)) with { Waiting = Deadline }).Should().BeOfType<HealthVerdict.Failed>()
            .Which.Should().Match<HealthVerdict.Failed>(f => f.Cluster == "a" && f.Object == "Deployment/web" && f.Reason == "ProgressDeadlineExceeded");
        Decide(new ClusterHealth("b", false, [], Deadline, "connection refused")).Should().BeOfType<HealthVerdict.Failed>()
            .Which.Message.Should().Contain("b has not reported (connection refused)");
    }

    [Fact]
    public void Decide_HealthyPastTheDeadline_IsHealthy() => Decide(Cluster("a", Web(3, 3)) with { Waiting = 2 * Deadline }).Should().BeOfType<HealthVerdict.Healthy>();

    private static HealthVerdict Decide(params ClusterHealth[] clusters) => HealthVerdict.Decide(clusters, Deadline);

    private static ClusterHealth Cluster(string name, params WorkloadHealth[] workloads) => new(name, true, workloads, TimeSpan.FromSeconds(1));

    private static WorkloadHealth Web(int ready, int desired) => new("Deployment/web", ready, desired, true, null, null, TimeSpan.Zero);
}
