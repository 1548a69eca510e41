using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Releases;
using Kairship.Api.Scaling;
using Kairship.Delivery.Releases;
using Kairship.Testing.Metrics;

namespace Kairship.Server.Tests.Scaling;

/// <summary>workflows/scale-out.json, on two simulated clusters and by a Prometheus.</summary>
public sealed class ScalingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_GrowsItAtOnce_ShrinksItAfterAWhile_AndAFailingMetricNeverDoes()
    {
        await using var stage = await ScalingStage.StartAsync();
        stage.Prometheus.Says(200);
        await stage.ApplyAsync($"min: 2, max: 10, stabilisation: {{scaleDown: 6s}}, {ScalingStage.ByLoad}");
        await stage.ReleaseAsync("v1");
        stage.Prometheus.Says(590);
        var grown = await stage.ScaledAsync(1);
        (grown.Status, grown.RequestedBy, grown.Change!.Totals["Deployment/web"]).Should().Be((ReleaseStatus.Succeeded, "workflow:scale-out", 6));
        await stage.HasAsync("east 3/3, west 3/3");
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetReleaseAsync(grown.Id, Token)).Events.Any(e => e.Message.StartsWith("Scaled: load is")), "people are told", stage.StoryAsync);

        stage.Prometheus.Says(650);
        await stage.LooksOnAsync();
        stage.Prometheus.Says(545);
        await stage.LooksOnAsync();
        (await stage.ScalingsAsync()).Should().HaveCount(1, "10 % more or less are nothing");

        stage.Prometheus.Says(10);
        await stage.ShowsAsync(s => s.Reason.Contains("Within the last 6s up to 6 were wanted") && s.Wanted == 6, "it waits whether that lasts");
        stage.Prometheus.Answers = _ => (500, "");
        var blind = await stage.ShowsAsync(s => s.Metrics.Single().Value is null, "the metric cannot be read");
        blind.Should().Match<ScalingInfo>(s => s.Verdict == "Steady" && s.Wanted == 6 && s.Reason.Contains("nothing is taken away"));
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetScalingAsync(ScalingStage.Application, Token)).LookedAt - blind.LookedAt > TimeSpan.FromSeconds(7), "the window is over");
        (await stage.ScalingsAsync()).Should().HaveCount(1);

        stage.Prometheus.Says(10);
        var shrunk = await stage.ScaledAsync(2);
        (shrunk.Status, shrunk.Change!.Totals["Deployment/web"]).Should().Be((ReleaseStatus.Succeeded, 2));
        await stage.HasAsync("east 1/1, west 1/1");
    }

    [Fact]
    public async Task NewRevision_KeepsTheTotal_UntilNobodyScalesItAnyMore()
    {
        await using var stage = await ScalingStage.StartAsync();
        stage.Prometheus.Says(600);
        await stage.ApplyAsync($"min: 2, max: 10, {ScalingStage.ByLoad}");
        await stage.ReleaseAsync("v1");
        await stage.ScaledAsync(1);

        await stage.ReleaseAsync("v2", replicas: 3);

        await stage.HasAsync("east 3/3, west 3/3");
        ScalingStage.Web(stage.Fleet["east"])!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString().Should().EndWith(":v2");
        await stage.LooksOnAsync();
        (await stage.ScalingsAsync()).Should().HaveCount(1);
        await stage.ApplyAsync(null);
        await stage.ReleaseAsync("v3", replicas: 4);
        await stage.HasAsync("east 2/2, west 2/2");
        (await stage.Admin.Invoking(a => a.GetScalingAsync(ScalingStage.Application, Token)).Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(404);
    }

    [Fact]
    public async Task MuchGrowth_AsksPeople_AndARestartMeanwhileAsksThemOnce()
    {
        await using var stage = await ScalingStage.StartAsync();
        stage.Prometheus.Says(5000);
        await stage.ApplyAsync($"min: 2, max: 8, approvalAbove: 4, {ScalingStage.ByLoad}");
        await stage.ReleaseAsync("v1");
        (await stage.GateAsync()).RequestedBy.Should().Be("workflow:scale-out");

        await stage.Server.StopAsync();
        await stage.Server.StartAsync();
        var approval = await stage.GateAsync();
        stage.Pods().Should().Be("east 1/1, west 1/1");
        (await stage.ShowsAsync(s => s.WaitsFor is not null, "it waits")).Should().Match<ScalingInfo>(s => s.Wanted == 8 && s.Verdict == "Change");
        await stage.Admin.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest), Token);

        (await stage.ScaledAsync(1)).Status.Should().Be(ReleaseStatus.Succeeded);
        await stage.HasAsync("east 4/4, west 4/4");
    }

    [Fact]
    public async Task NewRevision_GoesBeforeAScaling_AndPeopleAreAskedForItAsForAny()
    {
        await using var stage = await ScalingStage.StartAsync();
        stage.Prometheus.Says(500);
        await stage.ApplyAsync("min: 2, max: 8");
        await stage.ReleaseAsync("v1");
        await stage.ApplyAsync($"min: 2, max: 8, approvalAbove: 4, {ScalingStage.ByLoad}", "workflow: deploy, progressDeadline: 60s, approval: {minApprovals: 1}");
        await stage.GateAsync();

        var release = await stage.Admin.StartReleaseAsync(ScalingStage.Application, new StartReleaseRequest(Images: [new ImageTag("example/web", "v2")], Revision: "v2"), cancellationToken: Token);

        (await stage.ScaledAsync(1)).Status.Should().Be(ReleaseStatus.Aborted);
        ApprovalInfo? approval = null;
        await Eventually.HoldsAsync(async () => (approval = (await stage.Admin.GetReleaseAsync(release.Id, Token)).PendingApproval) is not null, "people are asked for the new revision", stage.StoryAsync);
        using var manager = KairshipClient.Connect(stage.Server.Address, await stage.Server.KeyAsync("manager", "release-manager"));
        await manager.DecideApprovalAsync(approval!.Id, new DecideApprovalRequest(true, approval.PlanDigest), Token);
        await stage.EndsAsync(release.Id, "Succeeded");
    }

    [Fact]
    public async Task Growth_EndsWhereTheRoomEnds_AndSaysSo()
    {
        await using var stage = await ScalingStage.StartAsync(nodeCpu: "300m");
        stage.Prometheus.Says(5000);
        await stage.ApplyAsync($"min: 2, max: 60, {ScalingStage.ByLoad}");
        await stage.ReleaseAsync("v1");

        var grown = await stage.ScaledAsync(1);

        grown.Change!.Cause.Should().Contain("it wants 50").And.Contain("There is room for 12 only");
        await stage.HasAsync("east 6/6, west 6/6");
        await stage.ShowsAsync(s => s.Verdict == "Blocked" && s.Current == 12 && s.Reason.Contains("There is no room for one more"), "no more fit");
        await stage.LooksOnAsync();
        (await stage.ScalingsAsync()).Should().HaveCount(1);
    }

    [Fact]
    public async Task Rejected_IsNotAskedAgainAtOnce()
    {
        await using var stage = await ScalingStage.StartAsync();
        stage.Prometheus.Says(500);
        await stage.ApplyAsync($"min: 2, max: 8, approvalAbove: 4, {ScalingStage.ByLoad}");
        await stage.ReleaseAsync("v1");
        var approval = await stage.GateAsync();
        await stage.Admin.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(false, approval.PlanDigest, "not now"), Token);
        (await stage.ScaledAsync(1)).Status.Should().Be(ReleaseStatus.Rejected);

        await stage.LooksOnAsync();

        (await stage.ScalingsAsync()).Should().HaveCount(1);
        (await stage.ShowsAsync(s => s.WaitsFor is not null, "it waits")).WaitsFor.Should().Contain("Rejected").And.Contain("the next is tried at");
    }

    [Fact]
    public async Task Rule_IsFollowedByItself_AndAPersonScalesWithinTheLimits()
    {
        await using var stage = await ScalingStage.StartAsync();
        await stage.ApplyAsync("min: 2, max: 8");
        await stage.ReleaseAsync("v1");
        (await stage.Admin.Invoking(a => a.ScaleAsync(ScalingStage.Application, new ScaleRequest(9), Token)).Should().ThrowAsync<KairshipApiException>()).Which
            .Should().Match<KairshipApiException>(e => e.Status == 409 && e.Message.Contains("not between 2 and 8"));
        var asked = await stage.Admin.ScaleAsync(ScalingStage.Application, new ScaleRequest(6), Token);
        await stage.EndsAsync(asked.Id, "Succeeded");
        await stage.HasAsync("east 3/3, west 3/3");
        await stage.LooksOnAsync();
        (await stage.ScalingsAsync()).Should().HaveCount(1, "nothing asks for another total");

        await stage.ApplyAsync("min: 2, max: 8, cron: [{name: always, schedule: \"* * * * * *\", timeZone: Europe/Berlin, targetReplicas: 4}]");

        (await stage.ScaledAsync(2)).Change!.Cause.Should().Contain("The rule always sets 4");
        (await stage.ShowsAsync(s => s.Current == 4, "it is scaled")).Should().Match<ScalingInfo>(s => s.Rule == "always" && s.NextRule > s.LookedAt && s.LastRelease != null);
    }

    [Fact]
    public async Task AutoscalerOfACluster_IsNotFought()
    {
        await using var stage = await ScalingStage.StartAsync();
        stage.Prometheus.Says(600);
        const string Autoscaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: default}\nspec: {minReplicas: 1, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]}\n";
        await stage.ApplyAsync("min: 2, max: 10");
        await stage.ReleaseAsync("v1");
        stage.Fleet["east"].Store.Create(new("autoscaling", "horizontalpodautoscalers", "default", "web"), Kairship.Delivery.Manifests.ManifestParser.Parse(Autoscaler).Single().Json);
        await stage.ApplyAsync($"min: 2, max: 10, {ScalingStage.ByLoad}");
        await stage.ShowsAsync(s => s.Verdict == "Blocked" && s.Reason.Contains("An autoscaler in east sizes Deployment/web"), "somebody else sets the number");
        (await stage.ScalingsAsync()).Should().BeEmpty();
        await stage.ApplyAsync("owns: bounds, min: 2, max: 10");
        stage.Fleet["east"].Store.Delete(new("autoscaling", "horizontalpodautoscalers", "default", "web"));
        await stage.ReleaseAsync("v2", replicas: 2, more: "---\n" + Autoscaler);
        Bounds(stage).Should().Equal("east 1–5", "west 1–5");
        await stage.ShowsAsync(s => s is { Owns: "Bounds", Verdict: "Steady" }, "the bounds are there");
        await stage.ApplyAsync("owns: bounds, min: 2, max: 10, cron: [{name: rush, schedule: \"* * * * * *\", targetMin: 6, targetMax: 20}]");
        (await stage.ScaledAsync(1)).Change!.Totals.Should().BeEmpty();
        Bounds(stage).Should().Equal("east 3–10", "west 3–10");
        stage.Fleet.Clusters.Should().AllSatisfy(c => ScalingStage.Web(c)!["metadata"]!["managedFields"]!.AsArray().Where(m => m!["manager"]!.ToString() == "kairship")
            .Should().NotContain(m => m!.ToJsonString().Contains("f:replicas"), "the replicas are the autoscaler's"));
    }

    private static IEnumerable<string> Bounds(ScalingStage stage) => stage.Fleet.Clusters.Select(c => (c.Name, Spec: c.Store.List("autoscaling", "horizontalpodautoscalers", "default").Single()["spec"]!))
        .Select(c => $"{c.Name} {c.Spec["minReplicas"]}–{c.Spec["maxReplicas"]}");
}
