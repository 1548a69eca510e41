using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Testing;
using Kairship.Testing.Releases;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Runtime;

namespace Kairship.Activities.Tests.Releases;

/// <summary>What goes before a release ends it, and takes what it left half done back to stable.</summary>
public sealed class TakeOverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failover_InMidCanary_TakesItBack_ExceptInLostClusters(bool eastIsLost)
    {
        await using var f = await ReleaseFixture.StartAsync();
        await EndsAsync(f, "v1");
        var before = f.Truth();
        var slow = ShopSample.Application with { Rollout = ShopSample.Application.Rollout with { Waves = [], Steps = [new(50, TimeSpan.FromMinutes(5))] } };
        var canary = await f.Rig.ReleaseAsync(slow, ShopSample.Manifests("v2"), "v2");
        await ReleaseRig.UntilAsync(
            () => Task.FromResult(ClusterTruth.Pods(f.Fleet["east"], "shop").GetValueOrDefault("web:v2") == 4 && ClusterTruth.Pods(f.Fleet["west"], "shop").GetValueOrDefault("web:v2") == 4),
            "no canary", () => f.Rig.DescribeAsync(canary.Id));
        f.Fleet["east"].Faults.Unreachable = eastIsLost;

        var failover = await FailOverAsync(f, eastIsLost ? ["east"] : []);

        failover = await f.Rig.EndAsync(failover.Id);
        failover.Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(failover.Id));
        (await f.Rig.Delivery.GetReleaseAsync(canary.Id, Token)).Should().Match<Release>(r => r.Status == ReleaseStatus.Aborted && r.Reason!.Contains(failover.Id));
        f.Truth().Where(l => !eastIsLost || !l.StartsWith("east", StringComparison.Ordinal)).Should()
            .Equal(before.Where(l => !eastIsLost || !l.StartsWith("east", StringComparison.Ordinal)), "no trace of the canary is left where it can be reached");
        ClusterTruth.Pods(f.Fleet["east"], "shop").ContainsKey("web:v2").Should().Be(eastIsLost, "nothing is done to a lost cluster");
    }

    [Fact]
    public async Task Failover_ThatEndedNothing_HasNothingToTakeBack()
    {
        await using var f = await ReleaseFixture.StartAsync();
        await EndsAsync(f, "v1");
        var before = f.Truth();

        var failover = await FailOverAsync(f, []);

        (await f.Rig.EndAsync(failover.Id)).Status.Should().Be(ReleaseStatus.Succeeded);
        f.Truth().Should().Equal(before);
    }

    private static async Task EndsAsync(ReleaseFixture f, string tag)
    {
        var release = await f.Rig.ReleaseAsync(ShopSample.Application, ShopSample.Manifests(tag), tag);
        (await f.Rig.EndAsync(release.Id)).Status.Should().Be(ReleaseStatus.Succeeded, await f.Rig.DescribeAsync(release.Id));
    }

    /// <summary>As the server does it: the instance of the release that was ended is cancelled.</summary>
    private static async Task<Release> FailOverAsync(ReleaseFixture f, IReadOnlyList<string> lost)
    {
        static (string, System.Text.Json.Nodes.JsonNode?) Release() => ("release", Def.Js("getInput('Release')"));
        var imported = await f.Rig.Get<DefinitionCatalog>().ImportAsync(
            Def.Workflow("take-over", Def.Sequence(
                "root", Def.Activity("Kairship.TakeOver", "take", Release()), Def.Activity("Kairship.CompleteRelease", "end", Release(), ("status", Def.Literal("Succeeded"))))),
            publish: true, Token);
        imported.Succeeded.Should().BeTrue(string.Join("; ", imported.Problems.Select(p => p.Message)));
        var failover = await f.Rig.Delivery.StartReleaseAsync(
            new NewRelease(ShopSample.Application, "v1", "take-over", "health:east", null, new PlacementChange(ReleaseKind.Failover, "east is lost") { Lost = lost }),
            TimeProvider.System.GetUtcNow(), Token);
        if (failover.Change!.Preempted is { } ended)
        {
            await f.Rig.Runtime.CancelAsync((await f.Rig.Delivery.GetReleaseAsync(ended, Token))!.InstanceId!, Token);
        }

        await f.Rig.LaunchAsync(failover);
        return failover;
    }
}
