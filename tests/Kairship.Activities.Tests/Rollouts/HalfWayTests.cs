using Kairship.Activities.Tests.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Releases;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Rollouts;

/// <summary>A release of what must not run twice, after one that ended half way.</summary>
public sealed class HalfWayTests
{
    private static readonly Application Store = ReturnStage.Preferring("store", "west", "east") with
    {
        Failover = new FailoverPolicy { Stateful = new StatefulPolicy() }, Rollout = new() { Workflow = "deploy", ProgressDeadline = TimeSpan.FromSeconds(20) },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_ThatChangesNothing_SettlesItAllTheSame_AfterPeopleHaveAgreed()
    {
        await using var stage = await ReturnStage.StartAsync("east", "west");
        await stage.ReleaseAsync(Store, StoreSample.All["Autoscaled"]);
        await HalfWayAsync(stage, "east");

        var release = await stage.Rig.ReleaseAsync(Store, StoreSample.All["Autoscaled"], "v1");
        await stage.Rig.PendingAsync(release.Id);
        (await stage.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token)).Should().Contain(e => e.Kind == "ApprovalRequested" && e.Message.Contains("has begun it in east"));
        await stage.Rig.DecideAsync(release.Id, approve: true);

        (await stage.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await stage.Rig.DescribeAsync(release.Id));
        (await stage.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token)).Should().Contain(e => e.Kind == "TakenAway");
        var next = await stage.Rig.EndAsync((await stage.Rig.ReleaseAsync(Store, StoreSample.All["Autoscaled"], "v1")).Id);
        (await stage.Rig.Delivery.ListReleaseEventsAsync(next.Id, 100, Token)).Should().NotContain(e => e.Kind == "TakenAway", "it is settled");
    }

    private static async Task HalfWayAsync(ReturnStage stage, string cluster)
    {
        var (delivery, at) = (stage.Rig.Delivery, TimeProvider.System.GetUtcNow());
        var release = await delivery.StartReleaseAsync(new NewRelease(Store, "v1", "move", "ops"), at, Token);
        var plan = (await delivery.GetPlanAsync((await delivery.ListReleasesAsync("store", 1, 1, Token)).Items[0].Id, Token))!;
        await delivery.SavePlanAsync(release.Id, plan with { Clusters = [.. plan.Clusters.Select(c => c with { Cluster = cluster })] }, Token);
        await delivery.SaveReleaseClusterAsync(new ReleaseCluster(release.Id, cluster, "all", ClusterPhase.Promoting, 0, 0, 0, "Unknown", null, at), Token);
        await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Progressing, null, at, Token);
        await delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Failed, "it did not", at, Token);
    }
}
