using System.Net;
using System.Net.Http.Json;
using System.Text;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Api.Webhooks;
using Kairship.Server.Triggers.Webhooks;

namespace Kairship.Server.Tests.Triggers.Webhooks;

/// <summary>Real payloads of GitHub against a running server.</summary>
public sealed class WebhookTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task ReleaseEvent_StartsARelease_WithValuesOfThePayload_AndAReplayStartsNone()
    {
        await HookAsync("hook-a", new WebhookValues(Revision: "payload.release.tag_name"), when: "payload.action === 'published'");
        await RevisionAsync("hook-a", "0.0.1");
        var body = Payload("release.published");

        var first = await DeliverAsync("hook-a", body, "delivery-1", "release");
        var again = await DeliverAsync("hook-a", body, "delivery-1", "release");

        first.Outcome.Should().Be("started");
        again.Should().Match<WebhookReceipt>(r => r.Outcome == "duplicate" && r.Release == first.Release);
        var release = (await server.Admin.GetReleaseAsync(first.Release!)).Release;
        release.Revision.Should().Be("0.0.1");
        release.RequestedBy.Should().Be("webhook:hook-a");
        (await server.Admin.ListReleasesAsync("hook-a")).Total.Should().Be(2, "the one that made the revision, and this one");
    }

    [Fact]
    public async Task SameDelivery_ManyTimesAtOnce_StartsOneRelease()
    {
        await HookAsync("hook-b", new WebhookValues(Revision: "payload.release.tag_name", Source: "payload.body"));
        var body = Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(new { release = new { tag_name = "v7" }, body = SampleApplications.Manifests("7") }));

        var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => DeliverAsync("hook-b", body, "delivery-1", "release")));

        receipts.Select(r => r.Release).Distinct().Should().Equal("hook-b-1");
        (await server.Admin.ListReleasesAsync("hook-b")).Total.Should().Be(1);
        (await server.Admin.ListRevisionsAsync("hook-b")).Total.Should().Be(1);
    }

    [Fact]
    public async Task Images_OfThePayload_ChangeTheCurrentRevision()
    {
        await HookAsync("hook-c", new WebhookValues(Images: new Dictionary<string, string> { ["storefront"] = "payload.release.tag_name" }));
        await RevisionAsync("hook-c", "v1");
        await MakeCurrentAsync("hook-c", "v1");

        var receipt = await DeliverAsync("hook-c", Payload("release.published"), "d", "release");

        var release = (await server.Admin.GetReleaseAsync(receipt.Release!)).Release;
        var store = (Kairship.Delivery.Releases.IDeliveryStore)server.Services.GetService(typeof(Kairship.Delivery.Releases.IDeliveryStore))!;
        var revision = await store.GetRevisionAsync("hook-c", release.Revision, TestContext.Current.CancellationToken);
        revision!.Manifests.Should().Contain("shop/storefront:0.0.1").And.NotContain("storefront:1.0");
    }

    [Fact]
    public async Task Ping_IsAnswered_AndAConditionThatIsFalse_StartsNothing()
    {
        await HookAsync("hook-d", new WebhookValues(Revision: "payload.release.tag_name"), when: "payload.action === 'published' && payload.release.draft === true");

        (await DeliverAsync("hook-d", Payload("ping"), null, "ping")).Outcome.Should().Be("pong");
        (await DeliverAsync("hook-d", Payload("release.published"), "d", "release")).Outcome.Should().Be("ignored");
        (await DeliverAsync("hook-d", Payload("push"), "e", "push")).Outcome.Should().Be("ignored");
        (await server.Admin.ListReleasesAsync("hook-d")).Total.Should().Be(0);
    }

    [Fact]
    public async Task OneChangedByte_IsNotTheSignedBody()
    {
        await HookAsync("hook-e", new WebhookValues(Revision: "payload.release.tag_name"));
        var body = Payload("release.published");
        var signature = WebhookSignature.Sign(Encoding.UTF8.GetBytes(Secret), body);
        body[^2] ^= 1;

        using var response = await SendAsync("hook-e", body, signature, "d", "release");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Secret_IsNeverShown()
    {
        await HookAsync("hook-f", new WebhookValues(Revision: "payload.ref"));
        using var http = server.Http(server.AdminToken);
        (await http.GetStringAsync("/api/v1/webhooks")).Should().Contain("hook-f").And.NotContain(Secret);
        (await http.GetStringAsync("/api/v1/audit")).Should().NotContain(Secret);
    }

    [Fact]
    public async Task ChunkedBody_OverTheLimit_Is413()
    {
        await HookAsync("hook-g", new WebhookValues(Revision: "payload.ref"));
        using var http = server.Http(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/hook-g") { Content = new StreamContent(new MemoryStream(new byte[3 * 1024 * 1024])) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    private async Task HookAsync(string name, WebhookValues values, string? when = null)
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml(name));
        await server.Admin.CreateWebhookAsync(new CreateWebhookRequest(name, Secret, name, values, When: when));
    }

    /// <summary>A release that ends at once leaves the revision behind.</summary>
    private async Task RevisionAsync(string application, string name)
    {
        var release = await server.Admin.StartReleaseAsync(application, new StartReleaseRequest(SampleApplications.Manifests(), Revision: name, Workflow: "finishing"));
        await server.Admin.WaitForReleaseAsync(release.Id);
    }

    private async Task MakeCurrentAsync(string application, string revision)
    {
        var store = (Kairship.Delivery.Releases.IDeliveryStore)server.Services.GetService(typeof(Kairship.Delivery.Releases.IDeliveryStore))!;
        await store.SetCurrentRevisionAsync(application, revision, TestContext.Current.CancellationToken);
    }

    private async Task<WebhookReceipt> DeliverAsync(string hook, byte[] body, string? delivery, string @event)
    {
        using var response = await SendAsync(hook, body, WebhookSignature.Sign(Encoding.UTF8.GetBytes(Secret), body), delivery, @event);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK, text);
        return System.Text.Json.JsonSerializer.Deserialize<WebhookReceipt>(text, WireJson.Options)!;
    }

    private async Task<HttpResponseMessage> SendAsync(string hook, byte[] body, string signature, string? delivery, string @event)
    {
        using var http = server.Http(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{hook}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add(WebhookSignature.Header, signature);
        request.Headers.Add("X-GitHub-Event", @event);
        if (delivery is not null)
        {
            request.Headers.Add("X-GitHub-Delivery", delivery);
        }

        return await http.SendAsync(request);
    }

    private static byte[] Payload(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Triggers", "Webhooks", "Payloads", name + ".json"));
}
