using System.Text.Json.Nodes;
using Kairship.Activities.Releases;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Testing.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Tests.Releases;

/// <summary>What goes wrong around a release must end it in order: with an outcome that its workflow handles, never with a workflow that stops where it stands.</summary>
public class TroubleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClusterRemoved_BeforeItsWave_TakesTheOthersBack()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(Slow(2), ShopSample.Manifests("v2"), "v2");
        await CanaryAsync(f, "east", release.Id);

        await f.Rig.Registry.RemoveAsync("west", Token);

        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.RolledBack, await f.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("west");
        f.Truth().Should().Equal(f.Expected("v1"));
    }

    [Fact]
    public async Task ClusterRemoved_WithItsCanaryIn_DoesNotKeepTheOthersFromGoingBack()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(Slow(3), ShopSample.Manifests("v2"), "v2");
        await CanaryAsync(f, "west", release.Id);

        await f.Rig.Registry.RemoveAsync("west", Token);

        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Failed, await f.Rig.DescribeAsync(release.Id));
        release.Reason.Should().Contain("west");
        f.Truth().Where(t => !t.StartsWith("west", StringComparison.Ordinal)).Should().Equal(f.Expected("v1").Where(t => !t.StartsWith("west", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Approval_OfAPlanThatCannotBeMadeAnyMore_IsVoid_AndTheReleaseFails()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var only = ShopSample.WithApproval with { Placement = new PlacementPolicy { ClusterAffinity = new ClusterAffinity(["east"]) } };
        var release = await f.Rig.ReleaseAsync(only, ShopSample.Manifests("v1"), "v1");
        var approval = await f.Rig.PendingAsync(release.Id);

        await f.Rig.Registry.RemoveAsync("east", Token);
        await f.Rig.DecideAsync(release.Id, approve: true);

        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Failed, await f.Rig.DescribeAsync(release.Id));
        (await f.Rig.Delivery.GetApprovalAsync(approval.Id, Token))!.Status.Should().Be(ApprovalStatus.Void);
        f.Truth().Should().BeEmpty();
    }

    [Fact]
    public async Task Approval_GivenWhileAClusterDoesNotAnswer_Holds()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        var approval = await f.Rig.PendingAsync(release.Id);

        f.Fleet["west"].Faults.Unreachable = true;
        await f.Rig.DecideAsync(release.Id, approve: true);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        f.Fleet["west"].Faults.Unreachable = false;

        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        (await f.Rig.Delivery.GetApprovalAsync(approval.Id, Token))!.Status.Should().Be(ApprovalStatus.Approved, "nobody has to be asked again because a cluster was away");
    }

    [Fact]
    public async Task Approval_DoesNotOpenTheGate_ForAnotherPlanThatWasKept()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(ShopSample.WithApproval, ShopSample.Manifests("v2"), "v2");
        var approval = await f.Rig.PendingAsync(release.Id);
        var plan = (await f.Rig.Delivery.GetPlanAsync(release.Id, Token))!;

        // A node that was cut off while it planned writes its own plan late.
        await f.Rig.Delivery.SavePlanAsync(release.Id, plan with { Digest = new string('0', 64) }, Token);
        await f.Rig.DecideAsync(release.Id, approve: true);

        await ReleaseRig.UntilAsync(
            async () => (await f.Rig.Delivery.GetApprovalAsync(approval.Id, Token))!.Status == ApprovalStatus.Void, "not void", () => f.Rig.DescribeAsync(release.Id));
        (await f.Rig.PendingAsync(release.Id)).PlanDigest.Should().Be(plan.Digest);
        f.Truth().Should().Equal(f.Expected("v1"));
    }

    [Fact]
    public async Task Observing_CountsOnlyTimeInWhichSomebodyLooked()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        var release = await f.Rig.ReleaseAsync(Slow(6) with { Placement = East }, ShopSample.Manifests("v2"), "v2");
        await CanaryAsync(f, "east", release.Id);
        release = (await f.Rig.Delivery.GetReleaseAsync(release.Id, Token))!;
        await f.Rig.Runtime.PauseAsync(release.InstanceId!, Token);
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Token);
        var resumed = TimeProvider.System.GetUtcNow();
        await f.Rig.Runtime.ResumeAsync(release.InstanceId!, Token);

        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        var observed = (await f.Rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token)).Single(e => e.Kind == "Observed");
        (observed.At - resumed).Should().BeGreaterThan(TimeSpan.FromSeconds(2), "the canary was to be watched for 6 s, and nobody watched while it was paused");
    }

    [Fact]
    public async Task LeftOversOfAnEarlierCanary_AreRemovedWithTheNext()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await DeployAsync(f, "v1");
        f.Fleet["east"].Store.Create(
            new Simulator.Objects.ObjectKey("", "configmaps", "shop", "shop-canary"),
            (JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop-canary","namespace":"shop","labels":{"kairship.io/application":"shop","kairship.io/track":"canary"}}}""")!);

        var release = await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests("v1", api: "v2"), "v2");

        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        f.Truth().Should().Equal(f.Expected("v1", api: "v2"));
    }

    [Fact]
    public async Task ReleaseThatIsOver_ChangesNothingAnyMore()
    {
        await using var f = await ReleaseFixture.StartAsync();
        var first = await DeployAsync(f, "v1");
        await DeployAsync(f, "v2");
        var desk = new ReleaseDesk(f.Rig.Delivery, TimeProvider.System);
        var context = Context(first.Id, "Succeeded");

        // A crash between the release's end and its commit: the activity comes again when the next release is over, too.
        await new CompleteReleaseActivity(desk, f.Rig.Get<Kairship.Fleet.Capacity.ClusterRooms>()).ExecuteAsync(context, Token);

        (await f.Rig.Delivery.GetCurrentRevisionAsync("shop", Token)).Should().Be("v2");
        await desk.Invoking(d => d.LoadAsync(context, Token)).Should().ThrowAsync<ActivityInputException>("another release may hold the application by now");
    }

    [Fact]
    public void Deadline_DoesNotRun_WhileNobodyLooks()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        var state = new JsonObject();
        TimeSpan Look() => Pace.Elapsed(state, "since", time, Pace.Late(state, time));

        Look().Should().Be(TimeSpan.Zero);
        Pace.LookAgain(state, "r", time);
        time.Advance(TimeSpan.FromSeconds(1));
        Look().Should().Be(TimeSpan.FromSeconds(1));
        Pace.LookAgain(state, "r", time);
        time.Advance(TimeSpan.FromHours(1));
        Look().Should().BeLessThan(TimeSpan.FromSeconds(3), "it was paused for an hour");
        Pace.LookAgain(state, "r", time);
        time.Advance(TimeSpan.FromSeconds(2));
        Look().Should().BeGreaterThan(TimeSpan.FromSeconds(3));
    }

    private static PlacementPolicy East => new() { ClusterAffinity = new ClusterAffinity(["east"]) };

    private static Delivery.Applications.Application Slow(int seconds) => ShopSample.Application with
    {
        Rollout = ShopSample.Application.Rollout with { Steps = [new(50, TimeSpan.FromSeconds(seconds))], ProgressDeadline = TimeSpan.FromSeconds(10) },
    };

    private static EffectContext Context(string release, string status) => new()
    {
        InstanceId = "i", DefinitionId = "d", ExecutionId = "i/a/1", ActivityId = "a", Attempt = 1, Epoch = 1, Time = TimeProvider.System, State = [],
        Inputs = new JsonObject { ["Release"] = release, ["Status"] = status },
    };

    private static async Task<Release> DeployAsync(ReleaseFixture f, string revision)
    {
        var release = await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests(revision), revision, "deploy");
        release = await f.Rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
        return release;
    }

    private static Task CanaryAsync(ReleaseFixture f, string cluster, string releaseId) => ReleaseRig.UntilAsync(
        () => Task.FromResult(ClusterTruth.Pods(f.Fleet[cluster], "shop").GetValueOrDefault("web:v2") >= 1 && ClusterTruth.Of(f.Fleet[cluster], "shop").Any(t => t.Contains("track=canary"))),
        "no canary", () => f.Rig.DescribeAsync(releaseId));
}
