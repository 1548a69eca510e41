using System.Net;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Delivery.Failover;
using Kairship.Server.Reports;
using Kairship.Server.Tests.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Reports;

public sealed class ReportTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly DateTimeOffset T0 = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    private ReportBook Book => server.Services.GetRequiredService<ReportBook>();

    [Fact]
    public async Task Report_FiledTwice_IsOne_AndAsItWasFiledLast()
    {
        await Book.FileAsync(Report("loss-again-1", T0, isOver: false), cancellation);
        await Book.FileAsync(Report("loss-again-1", T0, isOver: true) with { IsMet = true }, cancellation);

        var listed = (await server.Admin.ListReportsAsync("loss", cancellationToken: cancellation)).Items.Where(r => r.Id == "loss-again-1").Should().ContainSingle().Subject;
        var whole = await server.Admin.GetReportAsync("loss-again-1", cancellation);

        whole.Report.Should().Be(listed);
        (listed.IsOver, listed.IsMet, listed.Sentence).Should().Be((true, true, whole.Document.GetProperty("sentence").GetString()));
        whole.Document.GetProperty("applications").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task Report_WhoseInstanceIsGone_IsClosed_AndSaysWhatItSaidUntilThen()
    {
        var open = Report("loss-left-1", T0);
        await Book.FileAsync(open, cancellation);
        await Book.FileAsync(open with { Id = "loss-left-2", Instance = "gone" }, cancellation);
        await Book.FileAsync(open with { Id = "loss-left-3", Instance = "gone" }, cancellation);
        await Book.FileAsync(open with { Id = "loss-left-3", Instance = "gone", IsOver = true, IsMet = true }, cancellation);

        await Eventually.HoldsAsync(async () => (await Book.ListOpenAsync(cancellation)).Count == 0, "nothing is open any more that nobody files");

        var reports = (await server.Admin.ListReportsAsync("loss", cancellationToken: cancellation)).Items.ToDictionary(r => r.Id);
        reports["loss-left-1"].IsOver.Should().BeFalse("nobody said who files it");
        reports["loss-left-2"].Should().Match<Api.Reports.ReportInfo>(r => r.IsOver && r.IsMet == null && r.Sentence == $"Its workflow ended before it was over. Until then: {open.Sentence}");
        reports["loss-left-3"].Should().Match<Api.Reports.ReportInfo>(r => r.IsOver && r.IsMet == true && r.Sentence == open.Sentence);
    }

    [Fact]
    public async Task List_HasWhatBeganLast_First_OfTheKindAskedFor()
    {
        await Book.FileAsync(Report("drill-old", T0.AddDays(2)) with { Kind = ReportKinds.Drill }, cancellation);
        await Book.FileAsync(Report("drill-new", T0.AddDays(3)) with { Kind = ReportKinds.Drill }, cancellation);
        await Book.FileAsync(Report("loss-newest", T0.AddDays(4)), cancellation);
        await Book.FileAsync(Report("drill-old", T0.AddDays(2)) with { Kind = ReportKinds.Drill, Updated = T0.AddDays(9) }, cancellation);

        (await server.Admin.ListReportsAsync("drill", 0, 2, cancellation)).Items.Select(r => r.Id).Should().Equal("drill-new", "drill-old");
        await server.Admin.Invoking(a => a.ListReportsAsync("holidays", cancellationToken: cancellation)).Should().ThrowAsync<KairshipApiException>().Where(e => e.Status == 400);
        await server.Admin.Invoking(a => a.ListReportsAsync(take: 1001, cancellationToken: cancellation)).Should().ThrowAsync<KairshipApiException>().Where(e => e.Status == 400);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../keys")]
    [InlineData("Upper")]
    [InlineData("a b")]
    public async Task Report_WithAnIdThatIsNoPartOfAnAddress_IsNotFiled(string id) =>
        await Book.Invoking(b => b.FileAsync(Report(id, T0), cancellation)).Should().ThrowAsync<ArgumentException>();

    [Fact]
    public async Task Pages_ShowTheReport_AndRunNothingOfIt()
    {
        const string Evil = "<script>alert(1)</script>\" onload=\"x";
        await Book.FileAsync(Report("loss-evil-1", T0, name: Evil, title: Evil), cancellation);
        using var browser = await SignedInAsync();

        foreach (var path in new[] { "/reports", "/reports/loss-evil-1" })
        {
            using var page = await browser.SendAsync(HttpMethod.Get, path, "none");
            var html = await page.Content.ReadAsStringAsync(cancellation);

            page.StatusCode.Should().Be(HttpStatusCode.OK);
            html.Should().NotContain("<script>alert").And.NotContain("onload=\"x").And.Contain("&lt;script&gt;alert(1)&lt;/script&gt;");
            html.Should().NotContain("style=", "the policy would not let it count");
            page.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none';").And.NotContain("unsafe").And.Contain("frame-ancestors 'none'");
            page.Headers.CacheControl!.NoStore.Should().BeTrue();
        }
    }

    [Fact]
    public async Task Page_DrawsABarForEachApplication_AndSaysWhoStayed()
    {
        await Book.FileAsync(Report("loss-drawn-1", T0, isOver: true) with { IsMet = false }, cancellation);
        using var browser = await SignedInAsync();

        using var page = await browser.SendAsync(HttpMethod.Get, "/reports/loss-drawn-1", "none");
        var html = await page.Content.ReadAsStringAsync(cancellation);

        // Of the one that is healthy, four parts; of the one that is not, two and what is open.
        var bars = html[html.IndexOf("<svg", StringComparison.Ordinal)..html.IndexOf("</svg>", StringComparison.Ordinal)];
        bars.Split("<rect class=\"detect\"").Should().HaveCount(3);
        bars.Split("<rect class=\"heal\"").Should().HaveCount(2);
        bars.Split("<rect class=\"open\"").Should().HaveCount(2);
        bars.Split("class=\"objective\"").Should().HaveCount(2);
        html.Should().Contain("stateful is not known to run nothing in east").And.Contain("Fence").And.Contain("Missed");
        html.Should().NotContain("http-equiv=\"refresh\"", "it is over");
    }

    [Fact]
    public async Task Page_WithoutASession_AsksToSignIn_AndComesBack()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Address };

        using var page = await http.GetAsync("/reports/loss-1", cancellation);

        page.StatusCode.Should().Be(HttpStatusCode.Redirect);
        page.Headers.Location!.ToString().Should().Be("/sign-in?return=%2Freports%2Floss-1");
    }

    [Fact]
    public async Task Page_OfNoReport_IsNotFound()
    {
        using var browser = await SignedInAsync();

        using var page = await browser.SendAsync(HttpMethod.Get, "/reports/%3Cb%3E", "none");

        page.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await page.Content.ReadAsStringAsync(cancellation)).Should().NotContain("<b>").And.Contain("There is no such report");
    }

    internal static Report Report(string id, DateTimeOffset begun, bool isOver = false, string name = "shop", string title = "Loss of east")
    {
        var detected = begun.AddSeconds(15);
        var healthy = new FailoverTimes(name, ["east"], begun, detected, detected.AddSeconds(1), detected.AddSeconds(3), detected.AddSeconds(9));
        var late = new FailoverTimes("late", ["east"], begun, detected, detected.AddSeconds(2));
        var now = begun.AddSeconds(70);
        var loss = ClusterLossReport.Of(
            "east", 1, [RtoReport.Of(healthy, TimeSpan.FromSeconds(30), now), RtoReport.Of(late, null, now)],
            [new NotMoved("stateful", FailoverVerdict.Fence, "stateful is not known to run nothing in east")]);
        return new Report(id, ReportKinds.Loss, title, begun, now, isOver, null, Named(loss.ToJson(), name));
    }

    private static JsonObject Named(JsonObject document, string name)
    {
        document["sentence"] = $"{document["sentence"]} {name}";
        return document;
    }

    private async Task<Browser> SignedInAsync()
    {
        var browser = new Browser(server.Address);
        using var answer = await browser.SignInAsync(new { key = server.AdminToken });
        return browser;
    }
}
