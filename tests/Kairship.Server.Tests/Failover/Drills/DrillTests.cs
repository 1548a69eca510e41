using System.Text.Json;
using Kairship.Api.Access;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Api.Reports;
using Kairship.Api.Workflows;
using Kairship.Delivery.Manifests;
using Kairship.Server.Failover.Drills;
using Kairship.Server.Failover.Drills.Twins;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Failover.Drills;

/// <summary>Drills measure what a loss would cost: on twins, which touches nothing, and on real clusters when people agree.</summary>
public sealed class DrillTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DrillOfOneOfThree_MeetsTheObjectives_AndTouchesNothingReal()
    {
        await using var stage = await StartAsync("east", "north", "west");
        await stage.ReleaseAsync("shop", ["east", "north", "west"], failover: "{objective: {rto: 60s} }");
        await stage.ReleaseAsync("mail", ["east", "west"], failover: "{objective: {rto: 60s}, approval: Always}");
        await stage.EndsAsync((await stage.Admin.StartReleaseAsync("mail", new StartReleaseRequest(FailoverStage.Web(6) + Secret, Revision: "v2"), cancellationToken: Token)).Id, "Succeeded");
        await stage.ReleaseAsync("far", ["north"]);
        var before = stage.Fleet.Clusters.Select(c => c.MutatingRequests).ToList();

        var (instance, report) = await RunAsync(stage, new { Cluster = "east" });

        instance.Status.Should().Be("Finished");
        report.Report.IsMet.Should().BeTrue(report.Document.ToString());
        Moved(report).Should().OnlyContain(a => a.GetProperty("outcome").GetString() == "Met" && a.GetProperty("detectingSeconds").GetDouble() > 0.5)
            .And.Subject.Select(a => a.GetProperty("application").GetString()).Should().Equal("mail", "shop");
        report.Document.GetProperty("notBack").GetArrayLength().Should().Be(0);
        Sentences(report, "notes").Should().Contain(n => n.Contains("mail asks people")).And.Contain(n => n.Contains("detected by this server's settings"));
        report.Document.GetRawText().Should().NotContain("aHVudGVyMg").And.NotContain("hunter2");
        stage.Fleet.Clusters.Select(c => c.MutatingRequests).Should().Equal(before, "a drill on twins writes nothing");
        (await stage.PlaceAsync("shop")).Should().Be("east 2, north 2, west 2");
        (await stage.Admin.ListReportsAsync("loss", cancellationToken: Token)).Items.Should().BeEmpty("nothing real was lost");
        Folders(stage).Should().BeEmpty();
        (await stage.Server.Http(null).GetStringAsync("/metrics", Token)).Should().NotContain("Kairship.Drill", "nobody is woken by a twin").And.Contain("cluster=\"east\"} 1");
    }

    [Fact]
    public async Task DrillWithAnObjectiveThatCannotBeMet_FailsLoudly()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"], failover: "{objective: {rto: 1s} }");
        await stage.ReleaseAsync("rooted", ["east"]);
        await stage.ReleaseAsync("ledger", ["east", "west"], failover: "{stateful: {fencing: Confirm} }");

        var (instance, report) = await RunAsync(stage, new { Cluster = "east" });

        instance.Status.Should().Be("Faulted");
        (report.Report.IsMet, report.Report.IsOver).Should().Be((false, true));
        report.Report.Sentence.Should().Contain("missed");
        Moved(report).Select(a => (a.GetProperty("application").GetString(), a.GetProperty("outcome").GetString())).Should().Equal(("ledger", "Recovered"), ("shop", "Missed"));
        Sentences(report, "notBack").Should().ContainSingle().Which.Should().StartWith("rooted: 6 replicas that were in east");
        Sentences(report, "notes").Should().Contain(n => n.StartsWith("ledger says that it is stateful") && n.Contains("a person has to confirm"));
        (await stage.Admin.GetJournalAsync(instance.Id, 0, 500, Token)).Items.Should().Contain(l => l.Event.Contains("Fault") && l.Message!.Contains("missed"));
    }

    [Fact]
    public async Task DrillOfAnApplicationWithARouter_ShiftsTheTwinsTraffic_AndNotTheRealOne()
    {
        await using var stage = await StartAsync("east", "hub", "west");
        await stage.WriteAsync("hub", FailoverTests.RouteKind);
        await stage.WriteAsync("hub", """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: shop, namespace: default}
            spec:
              rules:
              - backendRefs: [{name: shop-east, port: 80, weight: 50}, {name: shop-west, port: 80, weight: 50}]
            """);
        await stage.ReleaseAsync("shop", ["east", "west"], more: "traffic: {router: httpRoute, cluster: hub, namespace: default, name: shop, endpoints: {east: shop-east, west: shop-west}}");

        var (_, report) = await RunAsync(stage, new { Cluster = "east" });

        report.Report.IsMet.Should().BeTrue(report.Document.ToString());
        (await stage.ReadAsync("hub", new ObjectRef("gateway.networking.k8s.io/v1", "HTTPRoute", "default", "shop")))["spec"]!["rules"]![0]!["backendRefs"]!.AsArray()
            .Select(b => b!["weight"]!.GetValue<int>()).Should().Equal(50, 50);
    }

    [Fact]
    public async Task DrillThatAStopBreaksOff_BeginsAnew_AndLeavesNothing()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"]);
        Directory.CreateDirectory(Path.Combine(stage.Server.Data, "drills", "drill-of-a-process-that-died"));
        var started = await StartAsync(stage, new { Cluster = "east" });
        await Eventually.HoldsAsync(() => Task.FromResult(Folders(stage).Any(f => f != "drill-of-a-process-that-died")), "the drill is under way");

        await stage.Server.StopAsync();
        Folders(stage).Should().Equal("drill-of-a-process-that-died");
        await stage.Server.StartAsync();

        (await EndAsync(stage, started.Id)).Status.Should().Be("Finished");
        Folders(stage).Should().BeEmpty();
        (await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items.Should().ContainSingle().Which.IsMet.Should().BeTrue();
    }

    [Fact]
    public async Task Drill_ThatSomebodyCancels_IsReportedAsThat_AndLeavesNothing()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"]);
        var before = stage.Fleet.Clusters.Select(c => c.MutatingRequests).ToList();
        var started = await StartAsync(stage, new { Cluster = "east" });
        await Eventually.HoldsAsync(async () => (await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items is [{ IsOver: false }], "the drill is under way");

        await stage.Admin.CancelInstanceAsync(started.Id, Token);

        var report = await CancelledAsync(stage);
        (report.IsMet, report.Sentence).Should().Be((null, "It was cancelled. Until then: A drill of the loss of east on twins is under way."));
        await Eventually.HoldsAsync(() => Task.FromResult(!Folders(stage).Any()), "what it made is gone");
        stage.Fleet.Clusters.Select(c => c.MutatingRequests).Should().Equal(before);
        (await RunAsync(stage, new { Cluster = "east" })).Report.Report.IsMet.Should().BeTrue("it keeps nobody from the next");
        (await stage.Admin.GetReportAsync(report.Id, Token)).Report.Should().Be(report, "what is closed stays closed");
    }

    [Fact]
    public async Task FleetThatIsTooLarge_IsTurnedAway_WithWhatIsTooMuch()
    {
        await using var stage = await FailoverStage.StartAsync(services => services.AddSingleton(new TwinBounds { Nodes = 5 }), "east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"], replicas: 4);
        await stage.ReleaseAsync("books", ["east", "west"], replicas: 4);
        await stage.EndsAsync((await stage.Admin.StartReleaseAsync("books", new StartReleaseRequest($"{FailoverStage.Web(4)}---\n{FailoverStage.Agent}", Revision: "v2"), cancellationToken: Token)).Id, "Succeeded");

        var (instance, report) = await RunAsync(stage, new { Cluster = "east" });

        instance.Status.Should().Be("Faulted");
        report.Report.Sentence.Should().Be("The drill was not carried out: The fleet is too large for a drill on twins: it has at least 6 nodes, and twins are made of at most 5. A drill on the real clusters has no such bound.");
        Folders(stage).Should().BeEmpty();
        var bounds = new TwinBounds { Clusters = 2, Nodes = 6, Applications = 2, Objects = 6, Pods = 14 };
        (await ReadAsync(bounds)).Applications.Should().HaveCount(2, "just as much is enough");
        foreach (var (less, what) in new[] { (bounds with { Clusters = 1 }, "2 clusters"), (bounds with { Applications = 1 }, "2 applications"), (bounds with { Objects = 5 }, "6 objects"), (bounds with { Pods = 13 }, "14 pods") })
        {
            (await this.Invoking(_ => ReadAsync(less)).Should().ThrowAsync<DrillRefusedException>()).WithMessage($"*at least {what}*");
        }

        Task<FleetCopy> ReadAsync(TwinBounds most) => ActivatorUtilities.CreateInstance<FleetReader>(stage.Server.Services, most).ReadAsync(Token);
    }

    [Fact]
    public async Task DrillOfAClusterThatIsNot_OrOfAFleetOfOne_IsNotCarriedOut_AndFailsLoudly()
    {
        await using var stage = await StartAsync("east", "west");

        var (instance, report) = await RunAsync(stage, new { Cluster = "nowhere" });

        instance.Status.Should().Be("Faulted");
        report.Report.Sentence.Should().Contain("There is no twin of 'nowhere'").And.Contain("east, west");
    }

    [Fact]
    public async Task RealDrill_WaitsForAnotherPerson_HoldsTheClusterForLost_AndLetsItGo()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east", "west"], failover: "{objective: {rto: 60s} }");
        var started = await StartAsync(stage, new { Cluster = "east", Real = true });
        var approval = await ApprovalAsync(stage);
        (await Taints(stage)).Should().BeEmpty("nobody has agreed yet");
        await stage.Admin.Invoking(a => a.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest))).Should().ThrowAsync<Api.KairshipApiException>().Where(e => e.Status == 403);
        var writes = stage.Fleet["east"].MutatingRequests;

        using var other = await OtherAsync(stage);
        await other.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest));
        await Eventually.HoldsAsync(async () => (await Taints(stage)).Contains("kairship.io/drill"), "it is seen as held");

        var held = writes;
        await Eventually.HoldsAsync(
            async () =>
            {
                // As soon as it is let go it is compared, as after any loss.
                var now = stage.Fleet["east"].MutatingRequests;
                var isHeld = (await Taints(stage)).Contains("kairship.io/drill");
                held = isHeld ? now : held;
                return !isHeld;
            },
            "it is let go");
        held.Should().Be(writes, "the cluster that is drilled is not touched");
        (await EndAsync(stage, started.Id)).Status.Should().Be("Finished");
        var report = await stage.Admin.GetReportAsync((await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items[0].Id, Token);
        report.Document.GetProperty("real").GetBoolean().Should().BeTrue();
        Moved(report).Should().ContainSingle().Which.GetProperty("outcome").GetString().Should().Be("Met");
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetClusterAsync("east", Token)).Condition?.Ready == "True", "it counts as ready again");
        (await Taints(stage)).Should().NotContain("kairship.io/drill");
    }

    [Fact]
    public async Task RealDrill_OfWhatMustNotRunTwice_WaitsForThePersonWhoConfirms()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("ledger", ["east", "west"], failover: "{stateful: {fencing: Confirm} }");
        var started = await StartAsync(stage, new { Cluster = "east", Real = true });
        var approval = await ApprovalAsync(stage);
        using var other = await OtherAsync(stage);
        await other.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest));
        await Eventually.HoldsAsync(
            async () => (await stage.Admin.ListReportsAsync("loss", cancellationToken: Token)).Items is [var loss]
                && (await stage.Admin.GetReportAsync(loss.Id, Token)).Document.GetProperty("notMoved").EnumerateArray().Any(n => n.GetProperty("verdict").GetString() == "Fence"),
            "a person is asked");
        await Task.Delay(Still * 2, TimeProvider.System, Token);
        (await Taints(stage)).Should().Contain("kairship.io/drill", "nobody has confirmed yet");

        await stage.Admin.ConfirmFencedAsync("east", new ConfirmFencedRequest("looked at it"), Token);

        (await EndAsync(stage, started.Id)).Status.Should().Be("Finished");
        var report = await stage.Admin.GetReportAsync((await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items[0].Id, Token);
        Moved(report).Should().ContainSingle().Which.GetProperty("application").GetString().Should().Be("ledger");
    }

    [Fact]
    public async Task RealDrill_CancelledBeforeAnybodyAgreed_AsksNobodyAnyMore()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east"]);
        var started = await StartAsync(stage, new { Cluster = "east", Real = true });
        var approval = await ApprovalAsync(stage);
        (await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items.Should().ContainSingle().Which.Sentence.Should().Contain($"kairship approve {approval.Id}");

        await stage.Admin.CancelInstanceAsync(started.Id, Token);
        await CancelledAsync(stage);

        using var other = await OtherAsync(stage);
        await other.Invoking(o => o.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest))).Should()
            .ThrowAsync<Api.KairshipApiException>().Where(e => e.Status == 409 && e.Message.Contains("nothing to decide any more"));
        (await stage.Admin.GetApprovalAsync(approval.Id, Token)).Status.Should().Be("Void");
        (await Taints(stage)).Should().BeEmpty();
    }

    [Fact]
    public async Task RealDrill_ThatSomebodyCancels_LetsTheClusterGo()
    {
        await using var stage = await StartAsync("east", "west");
        await stage.ReleaseAsync("shop", ["east"]);
        var started = await StartAsync(stage, new { Cluster = "east", Real = true });
        var approval = await ApprovalAsync(stage);
        using var other = await OtherAsync(stage);
        await other.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest));
        await Eventually.HoldsAsync(async () => (await Taints(stage)).Contains("kairship.io/drill"), "it is seen as held");

        await stage.Admin.CancelInstanceAsync(started.Id, Token);

        await Eventually.HoldsAsync(async () => !(await Taints(stage)).Contains("kairship.io/drill"), "whatever happens, the cluster is let go");
        await Eventually.HoldsAsync(async () => (await stage.Admin.GetClusterAsync("east", Token)).Condition?.Ready == "True", "it counts as ready");
        (await CancelledAsync(stage)).Sentence.Should().StartWith("It was cancelled.");
    }

    private const string Secret = """
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: password}
        data: {password: aHVudGVyMg==}
        """;

    /// <summary>Who waits for nobody need not be waited for as long as in earnest: longer than a failover pauses by itself, which is 5 s.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(7);

    private static Task<FailoverStage> StartAsync(params string[] clusters) =>
        FailoverStage.StartAsync(services => services.AddSingleton(new DrillPace { Still = Still, Look = TimeSpan.FromMilliseconds(100) }), clusters);

    private static async Task<(InstanceInfo Instance, ReportDetail Report)> RunAsync(FailoverStage stage, object inputs)
    {
        var ended = await EndAsync(stage, (await StartAsync(stage, inputs)).Id);
        var report = (await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items[0];
        return (ended, await stage.Admin.GetReportAsync(report.Id, Token));
    }

    private static Task<InstanceInfo> StartAsync(FailoverStage stage, object inputs) =>
        stage.Admin.RunWorkflowAsync("dr-drill", new RunWorkflowRequest(JsonSerializer.SerializeToElement(inputs), null, null, null), cancellationToken: Token);

    private static async Task<InstanceInfo> EndAsync(FailoverStage stage, string instance)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var detail = await stage.Admin.GetInstanceAsync(instance, Token);
            if (detail.Instance.Status is "Finished" or "Faulted" or "Cancelled")
            {
                return detail.Instance;
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<ReportInfo> CancelledAsync(FailoverStage stage)
    {
        ReportInfo? report = null;
        await Eventually.HoldsAsync(async () => (report = (await stage.Admin.ListReportsAsync("drill", cancellationToken: Token)).Items[0]).IsOver, "its report is closed");
        (await stage.Admin.GetReportAsync(report!.Id, Token)).Report.Should().Be(report);
        return report;
    }

    private static async Task<ApprovalInfo> ApprovalAsync(FailoverStage stage)
    {
        ApprovalInfo? found = null;
        await Eventually.HoldsAsync(async () => (found = (await stage.Admin.ListApprovalsAsync(true, cancellationToken: Token)).Items is [var first, ..] ? first : null) is not null, "people are asked");
        found!.Application.Should().Be("drill of east");
        return found;
    }

    private static async Task<Api.KairshipClient> OtherAsync(FailoverStage stage) =>
        Api.KairshipClient.Connect(stage.Server.Address, (await stage.Admin.CreateKeyAsync(new CreateKeyRequest("somebody-else", ["release-manager"]), Token)).Token);

    private static async Task<IEnumerable<string>> Taints(FailoverStage stage) => (await stage.Admin.GetClusterAsync("east", Token)).Taints?.Select(t => t.Key).ToList() ?? [];

    private static IEnumerable<string> Folders(FailoverStage stage) =>
        [.. new DirectoryInfo(Path.Combine(stage.Server.Data, "drills")).EnumerateDirectories().Select(d => d.Name)];

    private static List<JsonElement> Moved(ReportDetail report) => [.. report.Document.GetProperty("loss").GetProperty("applications").EnumerateArray()];

    private static List<string> Sentences(ReportDetail report, string list) => [.. report.Document.GetProperty(list).EnumerateArray().Select(n => n.GetString()!)];
}
