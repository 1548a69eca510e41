using Kairship.Api.Clusters;
using Kairship.Api.Reports;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Simulator.Faults;

namespace Kairship.Server.Tests.Failover;

/// <summary>A cluster is lost: the shipped workflow moves its applications, by itself.</summary>
public sealed class FailoverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClusterIsLost_ItsApplicationsAreMoved_OthersAreLeftAlone()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "north", "west"]);
        await stage.ReleaseAsync("books", ["north", "west"], replicas: 4);
        await stage.ReleaseAsync("elsewhere", ["east", "north"], replicas: 2);

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "east 3, north 3");
        await stage.MovesAsync("books", "north 4");
        (await stage.Admin.ListReleasesAsync("elsewhere", cancellationToken: Token)).Total.Should().Be(1);
        var failover = (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0];
        failover.Kind.Should().Be(nameof(ReleaseKind.Failover), await stage.StoryAsync(failover.Id));
        (await stage.StoryAsync(failover.Id)).Should().ContainAll("Applied east", "Applied north");
        var report = await stage.ReportAsync("west");
        report.Report.Should().Match<ReportInfo>(r => r.IsOver && r.IsMet == true && r.Sentence!.StartsWith("west was lost: 2 of 2 applications are healthy elsewhere"));
        report.Document.GetProperty("applications").EnumerateArray().Should().OnlyContain(a => a.GetProperty("detectingSeconds").GetDouble() >= 0.9, "the loss began before it counted");
    }

    [Fact]
    public async Task EditsThatNobodyReleased_DoNotGoAlong()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "west"]);
        await stage.Admin.ApplyApplicationAsync(
            FailoverStage.Application(
                "shop", FailoverStage.Divided(["north", "west"]),
                more: "overrides: [{overriders: {imageOverrider: [{component: Tag, operator: replace, value: v9}]}}]"), Token);

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "north 6");
        var moved = await stage.ReadAsync("north", new ObjectRef("apps/v1", "Deployment", "shop", "web"));
        moved["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>().Should().Be("example/web:v1", "where it may be is its present wish; what it is was released");
    }

    [Fact]
    public async Task StatefulApplication_WaitsForAPerson_WhoConfirmsThatTheClusterRunsNothing()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("ledger", ["east", "west"], failover: "{stateful: {fencing: confirm}}");
        await stage.ReleaseAsync("shop", ["east", "west"]);

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "east 6");
        (await stage.ReportAsync("west", r => r.Document.GetRawText().Contains("Nobody has confirmed that west runs nothing", StringComparison.Ordinal))).Report.IsOver.Should().BeFalse();
        (await stage.Admin.ListReleasesAsync("ledger", cancellationToken: Token)).Total.Should().Be(1, "it is not moved before");

        await stage.Admin.ConfirmFencedAsync("west", new ConfirmFencedRequest("powered off in the rack"), Token);
        await stage.MovesAsync("ledger", "east 6");
        (await stage.ReportAsync("west")).Report.Should().Match<ReportInfo>(r => r.IsMet == true && r.Sentence!.Contains("2 of 2"));
    }

    [Fact]
    public async Task ApplicationThatWantsPeopleToAgree_IsPlanned_AndMovedWhenTheyDo_OrStaysWhenTheyDoNot()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("asks", ["east", "west"], failover: "{approval: always}");
        await stage.ReleaseAsync("declines", ["east", "west"], failover: "{approval: always}");
        await stage.ReleaseAsync("small", ["east", "west"], replicas: 2, failover: "{approval: above, approvalAbove: 1}");

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("small", "east 2");
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListApprovalsAsync(cancellationToken: Token)).Items.Count(a => a.Status == "Pending") == 2, "both ask");
        (await stage.PlaceAsync("asks")).Should().Be("east 3, west 3");
        await stage.DecideAsync("asks-2", true, null);
        await stage.DecideAsync("declines-2", false, "it is back in a minute");
        await stage.MovesAsync("asks", "east 6");

        var report = await stage.ReportAsync("west");
        report.Report.IsMet.Should().BeFalse("one was left behind");
        (await stage.PlaceAsync("declines")).Should().Be("east 3, west 3");
        (await stage.Admin.ListReleasesAsync("declines", cancellationToken: Token)).Items.Select(r => r.Status).Should().Equal("Rejected", "Succeeded");
    }

    [Fact]
    public async Task ClusterComesBack_BeforePeopleAgreed_NothingIsMoved_AndTheRunEnds_AndTellsWhoWasDownForTooLong()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("ledger", ["east", "west"], failover: "{stateful: {fencing: confirm}, objective: {rto: 2s} }");
        await stage.ReleaseAsync("bears", ["east", "west"], failover: "{tolerationSeconds: 3600, objective: {rto: 1s} }");
        stage.Fleet["west"].Faults.Unreachable = true;
        await stage.ReportAsync("west", r => r.Document.GetRawText().Contains("Nobody has confirmed", StringComparison.Ordinal) && r.Document.GetRawText().Contains("ledger is not healthy again after", StringComparison.Ordinal));

        stage.Fleet["west"].Faults.Heal();

        var report = await stage.ReportAsync("west");
        (report.Report.IsMet, report.Report.Sentence).Should().Be((false, "west was lost: 0 of 1 application is healthy elsewhere; 1 missed their objective; 2 were not moved."));
        report.Document.GetProperty("notMoved").EnumerateArray().Select(n => n.GetProperty("sentence").GetString()).Should().SatisfyRespectively(
            bears => bears.Should().StartWith("bears bears the loss of west until"), ledger => ledger.Should().Contain("ledger was healthy again after").And.Contain("too late for its objective of 2s"));
        (await stage.Admin.ListReleasesAsync("ledger", cancellationToken: Token)).Total.Should().Be(1);
    }

    [Fact]
    public async Task FailoverThatFails_IsTriedAgain_AndThenReportedAsMissed()
    {
        await using var stage = await FailoverStage.StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "west"], failover: "{objective: {rto: 1s}}", deadline: "6s");
        stage.Fleet["east"].Faults.SetImageFault("example/web", PodFault.Unready);

        stage.Fleet["west"].Faults.Unreachable = true;

        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items[0].Status == "Failed", "it fails", () => stage.StoryAsync("shop-2"));
        (await stage.ReportAsync("west", r => r.Document.GetRawText().Contains("It is tried again", StringComparison.Ordinal))).Report.IsOver.Should().BeFalse();
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Total == 3, "it is tried again");
        stage.Fleet["east"].Faults.ClearImageFaults();
        await stage.MovesAsync("shop", "east 6");
        (await stage.ReportAsync("west")).Report.Should().Match<ReportInfo>(r => r.IsMet == false && r.Sentence!.Contains("1 of 1") && r.Sentence.Contains("1 missed their objective"));
        (await stage.Admin.ListReleasesAsync("shop", cancellationToken: Token)).Items.Select(r => r.Status).Should().Equal(["Succeeded", "Failed", "Succeeded"], "what is not healthy is not called so, though nothing was left to write");
    }

    [Fact]
    public async Task TrafficOfAMovedApplication_GoesWhereItIsHealthy()
    {
        await using var stage = await FailoverStage.StartAsync("east", "hub", "west");
        await stage.WriteAsync("hub", RouteKind);
        await stage.WriteAsync("hub", """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: shop, namespace: default}
            spec:
              hostnames: [shop.example.org]
              rules:
              - backendRefs: [{name: shop-east, port: 80, weight: 50}, {name: shop-west, port: 80, weight: 50}, {name: static, port: 80, weight: 0}]
            """);
        await stage.ReleaseAsync("shop", ["east", "west"], more: "traffic: {router: httpRoute, cluster: hub, namespace: default, name: shop, endpoints: {east: shop-east, west: shop-west}}");

        stage.Fleet["west"].Faults.Unreachable = true;

        await stage.MovesAsync("shop", "east 6");
        var route = await stage.ReadAsync("hub", new ObjectRef("gateway.networking.k8s.io/v1", "HTTPRoute", "default", "shop"));
        route["spec"]!["rules"]![0]!["backendRefs"]!.AsArray().Select(b => $"{b!["name"]} {b["weight"]}").Should().Equal("shop-east 100", "shop-west 0", "static 0");
        (await stage.StoryAsync("shop-2")).Should().Contain("Traffic by HttpRoute shop: east 100 %, west 0 %.");
    }

    internal const string RouteKind = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: httproutes.gateway.networking.k8s.io, annotations: {api-approved.kubernetes.io: unapproved}}
        spec:
          group: gateway.networking.k8s.io
          scope: Namespaced
          names: {plural: httproutes, singular: httproute, kind: HTTPRoute, listKind: HTTPRouteList}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """;
}
