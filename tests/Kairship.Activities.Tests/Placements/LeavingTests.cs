using Kairship.Activities.Drift;
using Kairship.Activities.Tests.Releases;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Releases;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Placements;

/// <summary>An application that leaves a cluster: what Kairship applied there goes last, and comes back when the release does not succeed.</summary>
public sealed class LeavingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Delivery.Applications.Application In(params string[] clusters) =>
        ShopSample.Application with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(clusters) } };

    [Fact]
    public async Task Cluster_ThatIsLeft_LosesTheApplication_AfterAllOthersAreHealthy_AndNothingElse()
    {
        await using var f = await ReleaseFixture.StartAsync();
        (await EndsAsync(f, ShopSample.Application, "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        f.Fleet["west"].Store.Create(new Simulator.Objects.ObjectKey("", "configmaps", "shop", "foreign"), ObjectOf("foreign"));

        var release = await EndsAsync(f, In("east", "north"), "v2");

        release.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v2").Where(line => !line.StartsWith("west ", StringComparison.Ordinal)));
        f.Fleet["west"].Store.List("", "configmaps", "shop").Select(o => o["metadata"]!["name"]!.ToString()).Should().Equal(["foreign", "kube-root-ca.crt"], "the set's parent went with the set");
        var story = await f.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token);
        story.Where(e => e.Kind is "Promoted" or "Left").Select(e => $"{e.Kind} {e.Cluster}").Should().Equal("Promoted east", "Promoted north", "Left west");
        story.Where(e => e.Kind == "CanaryWeight").Should().HaveCount(4, "nothing is tried where it leaves");
        (await f.Rig.Delivery.ListReleaseClustersAsync(release.Id, Token)).Single(c => c.Cluster == "west").Phase.Should().Be(ClusterPhase.Left);
        var plan = (await f.Rig.Delivery.GetPlanAsync(release.Id, Token))!;
        plan.Waves[^1].Should().BeEquivalentTo(new PlannedWave("leaving", ["west"], 1));
        plan.Clusters.Single(c => c.Role == PlannedRole.Leaving).Objects.Where(o => o.Action == PlannedAction.Delete).Select(o => o.Ref.Kind)
            .Should().BeEquivalentTo("Deployment", "Deployment", "Service", "ConfigMap");
        plan.Placement!.Clusters.Single(c => c.Cluster == "west").Should().Match<PlacedCluster>(c => c.IsLeft && c.Sentence.Contains("The application leaves it"));

        var compared = (DriftCheck.Compared)await f.Rig.Get<DriftKeeper>().CheckAsync(In("east", "north"), heal: false, Token);
        compared.Report.Clusters.Select(c => c.Cluster).Should().BeEquivalentTo(["east", "north"], "a cluster that was left has nothing to be compared with");
        (await EndsAsync(f, ShopSample.Application, "v3")).Status.Should().Be(ReleaseStatus.Succeeded);
        f.Truth().Where(line => line.StartsWith("west deployments", StringComparison.Ordinal)).Should().HaveCount(2, "it comes again");
    }

    [Fact]
    public async Task Release_ThatFails_LeavesNothing()
    {
        await using var f = await ReleaseFixture.StartAsync();
        (await EndsAsync(f, In("west"), "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        f.Fleet["east"].Faults.SetImageFault("web:v2", Simulator.Faults.PodFault.ImagePullBackOff);
        var hasty = In("east") with { Rollout = ShopSample.Application.Rollout with { ProgressDeadline = TimeSpan.FromSeconds(6), Steps = [] } };

        var release = await EndsAsync(f, hasty, "v2");

        release.Status.Should().Be(ReleaseStatus.RolledBack, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v1").Where(line => line.StartsWith("west ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Cluster_ThatCannotBeAsked_IsNotLeftBehindInSilence()
    {
        await using var f = await ReleaseFixture.StartAsync();
        (await EndsAsync(f, ShopSample.Application, "v1")).Status.Should().Be(ReleaseStatus.Succeeded);
        f.Fleet["west"].Faults.Unreachable = true;

        var release = await EndsAsync(f, In("east", "north"), "v2");

        release.Status.Should().Be(ReleaseStatus.Failed);
        release.Reason.Should().Contain("west: the application leaves this cluster, and it cannot be asked");
    }

    private static async Task<Release> EndsAsync(ReleaseFixture f, Delivery.Applications.Application application, string version)
    {
        var release = await f.Rig.ReleaseAsync(application, ShopSample.Manifests(version), version);
        return await f.Rig.EndAsync(release.Id);
    }

    private static System.Text.Json.Nodes.JsonObject ObjectOf(string name) =>
        (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"shop"},"data":{"a":"b"}}""")!;
}
