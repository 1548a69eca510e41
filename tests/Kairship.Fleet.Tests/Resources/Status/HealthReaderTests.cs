using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Resources.Status;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Resources.Status;

using Health = Kairship.Fleet.Resources.Status.Health;

/// <summary>Must hold on any cluster.</summary>
public abstract class HealthReaderTests
{
    protected HealthReaderTests(ClusterUnderTest cluster)
    {
        Assert.SkipWhen(cluster.WhyMissing is not null, cluster.WhyMissing ?? "");
        Cluster = cluster;
    }

    protected ClusterUnderTest Cluster { get; }

    [Fact]
    public async Task Read_Rollout_GoesFromInProgressToCurrent_ForTheGenerationApplied()
    {
        var ns = await Cluster.NamespaceAsync();
        var web = Deployment("web", ns: ns);
        await ApplyAsync(web);
        await UntilAsync(web, s => s is { Health: Health.Current, Ready: 2, Desired: 2, ObservedGeneration: 1 });
        await ApplyAsync(Deployment("web", "example.test/web:2", 3, ns));
        await UntilAsync(web, s => s is { Health: Health.Current, Ready: 3, Desired: 3, ObservedGeneration: 2 });
    }

    [Theory]
    [InlineData("example.test/web:bad-pull", "ImagePullBackOff")]
    [InlineData("example.test/web:crash", "CrashLoopBackOff")]
    public async Task Read_PodsThatCannotStart_TellTheirReason_AndStopToWhenTheImageIsGoodAgain(string image, string reason)
    {
        var ns = await Cluster.NamespaceAsync();
        var web = Deployment("web", image, 2, ns);
        await ApplyAsync(web);
        await UntilAsync(web, s => s.Health == Health.InProgress && (s.Reason == reason || s.Reason == "ErrImagePull"));
        await ApplyAsync(Deployment("web", ns: ns));
        await UntilAsync(web, s => s.Health == Health.Current);
    }

    [Fact]
    public async Task Read_DeadlinePassed_IsFailed_WithThePodsProblem()
    {
        var ns = await Cluster.NamespaceAsync();
        var web = Deployment("web", "example.test/web:bad-pull", 1, ns, extra: "progressDeadlineSeconds: 1");
        await ApplyAsync(web);
        await UntilAsync(web, s => s is { Health: Health.Failed, Reason: "ProgressDeadlineExceeded" } && s.Message.Contains("pod web-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_ManyKinds_AnswersInOrder_AlsoForWhatIsNotThere()
    {
        var ns = await Cluster.NamespaceAsync();
        await ApplyAsync(ConfigMap("a", ns: ns));
        var report = await Cluster.Fleet.Health.ReadAsync(
            "edge", [ConfigMap("a", ns: ns).Ref, ConfigMap("b", ns: ns).Ref, new("example.test/v9", "Nothing", ns, "a"), ConfigMap("c", ns: ns).Ref]);
        report.Objects.Select(o => o.Health).Should().Equal(Health.Current, Health.NotFound, Health.Unknown, Health.NotFound);
        report.AllCurrent.Should().BeFalse();
    }

    protected async Task ApplyAsync(params Kairship.Delivery.Manifests.Manifest[] manifests) =>
        (await Cluster.Fleet.Applier.ApplyAllAsync("edge", manifests, new ApplyOptions())).Failures.Should().BeEmpty();

    private async Task UntilAsync(Kairship.Delivery.Manifests.Manifest manifest, Func<ObjectStatus, bool> reached)
    {
        ObjectStatus? last = null;
        try
        {
            await FleetUnderTest.UntilAsync(async () => reached(last = (await Cluster.Fleet.Health.ReadAsync("edge", [manifest.Ref])).Objects.Single()), "the status");
        }
        catch (Exception exception) when (exception is not ClusterException)
        {
            Assert.Fail($"The last status was {last}");
        }
    }
}

public sealed class SimulatedHealthReaderTests(Simulated cluster) : HealthReaderTests(cluster), IClassFixture<Simulated>
{
    [Fact]
    public async Task Read_HealthyApplication_CostsOneRequestForEachKind()
    {
        var ns = await cluster.NamespaceAsync();
        Kairship.Delivery.Manifests.Manifest[] manifests = [.. Enumerable.Range(0, 12).Select(i => Service($"w{i}", ns)), .. Enumerable.Range(0, 12).Select(i => Deployment($"w{i}", ns: ns, replicas: 1))];
        await ApplyAsync(manifests);
        Kairship.Delivery.Manifests.ObjectRef[] references = [.. manifests.Select(m => m.Ref)];
        await FleetUnderTest.UntilAsync(async () => (await cluster.Fleet.Health.ReadAsync("edge", references, Application, null)).AllCurrent, "all current");
        var before = cluster.Cluster.Requests;
        var report = await cluster.Fleet.Health.ReadAsync("edge", references, Application, null);
        (cluster.Cluster.Requests - before).Should().Be(2);
        (report.Ready, report.Desired).Should().Be((12, 12));
    }
}

[Collection(RealCollection.Name)]
public sealed class RealHealthReaderTests(Real cluster) : HealthReaderTests(cluster);
