using System.Collections.Concurrent;
using Kairship.Api.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Server.Failover;
using Kairship.Server.Triggers.Webhooks;
using Kairship.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kairship.Server.Tests.Failover;

/// <summary>A hook confirms by 200 and {"fenced": true}, and by nothing else that it may answer.</summary>
public sealed class FenceHookTests : IAsyncLifetime
{
    private readonly RunningServer server = new() { Health = QuickHealth.Options };
    private readonly ConcurrentQueue<(string Path, byte[] Body, string? Signature)> asked = new();
    private SimulatedCluster east = null!;
    private WebApplication hook = null!;

    private FenceHookCaller Caller => server.Services.GetRequiredService<FenceHookCaller>();

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        east = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east", Nodes = 1 });
        await server.Admin.JoinClusterAsync(new JoinClusterRequest("east", east.Kubeconfig));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        hook = builder.Build();
        hook.Map("/{**path}", AnswerAsync);
        await hook.StartAsync();
        east.Faults.Unreachable = true;
        await Eventually.HoldsAsync(async () => (await server.Admin.GetFencingAsync("east")).State == "Unknown", "it is lost");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await hook.DisposeAsync();
        await east.DisposeAsync();
    }

    [Fact]
    public async Task Answers_OtherThanYes_ConfirmNothing_AndYesDoes()
    {
        var loss = (await server.Admin.GetFencingAsync("east")).Loss!.Value;
        (string Path, string Says, int Times)[] table =
        [
            ("text", "no \"fenced\": true", 1), ("word", "no \"fenced\": true", 1), ("number", "no \"fenced\": true", 1), ("list", "no \"fenced\": true", 1),
            ("no", "the rack does not answer", 1), ("created", "201", 1), ("redirect", "302", 1), ("forbidden", "403", 1), ("broken", "500", 3), ("large", "larger", 1),
        ];
        foreach (var (path, says, times) in table)
        {
            asked.Clear();
            var answer = await AskAsync(path, loss);
            answer.Fenced.Should().BeFalse(path);
            answer.Sentence.Should().Contain(says).And.NotContain("\n");
            asked.Should().HaveCount(times, path).And.OnlyContain(a => a.Path == $"/{path}", "redirects are not followed");
            (await server.Admin.GetFencingAsync("east")).State.Should().Be("Unknown", path);
        }

        (await AskAsync("yes", loss - 1)).Should().Match<FenceHookAnswer>(a => !a.Fenced && a.Sentence.Contains("lost again"), "the answer is about another loss");
        (await AskAsync("yes?token=private", loss)).Should().Be(new FenceHookAnswer(true, "powered off"));
        var fencing = await server.Admin.GetFencingAsync("east");
        fencing.State.Should().Be("Unknown", "a hook confirms for its own application only");
        fencing.Applications.Should().ContainSingle().Which.Should().Match<FencedApplication>(f => f.Application == "shop" && f.How == "powered off" && !f.By.Contains("private"));
        var book = server.Services.GetRequiredService<FencingBook>();
        (await book.IsConfirmedForAsync("shop", "east", loss, default)).Should().BeTrue();
        (await book.IsConfirmedForAsync("ledger", "east", loss, default)).Should().BeFalse();
        (await book.IsConfirmedForAsync("shop", "east", loss + 1, default)).Should().BeFalse("a later loss begins anew");
    }

    [Fact]
    public async Task Request_IsSignedByTheSecretThatIsNamed_AndNotSentWithoutIt_NorToMetadata()
    {
        var loss = (await server.Admin.GetFencingAsync("east")).Loss!.Value;
        (await AskAsync("no", loss, "missing")).Sentence.Should().Contain("no secret 'missing'");
        (await AskAsync("no", loss, "../admin.key")).Sentence.Should().Contain("no secret");
        asked.Should().BeEmpty();
        (await Caller.AskAsync(new FenceHook("http://169.254.169.254/latest"), "east", "shop", loss, default)).Sentence.Should().Contain("metadata");

        await File.WriteAllTextAsync(Path.Combine(server.Data, "secrets", "fence"), "a long secret\n");
        await AskAsync("no", loss, "fence");
        var sent = asked.Should().ContainSingle().Which;
        WebhookSignature.IsValid("a long secret"u8, sent.Body, sent.Signature).Should().BeTrue();
        System.Text.Encoding.UTF8.GetString(sent.Body).Should().Be($$"""{"cluster":"east","application":"shop","loss":{{loss}}}""");
        Directory.EnumerateFiles(server.Data, "*.log", SearchOption.AllDirectories).Should().NotBeEmpty();
    }

    private string Address => hook.Urls.First();

    private Task<FenceHookAnswer> AskAsync(string path, long loss, string? secret = null) => Caller.AskAsync(new FenceHook($"{Address}/{path}", secret), "east", "shop", loss, default);

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        asked.Enqueue((context.Request.Path, body.ToArray(), context.Request.Headers[WebhookSignature.Header]));
        var (status, answer) = context.Request.Path.Value!.Trim('/') switch
        {
            "yes" => (200, """{"fenced": true, "how": "powered off"}"""),
            "word" => (200, """{"fenced": "true"}"""),
            "number" => (200, """{"fenced": 1}"""),
            "list" => (200, """[{"fenced": true}]"""),
            "no" => (200, """{"fenced": false, "reason": "the rack\ndoes not answer"}"""),
            "created" => (201, """{"fenced": true}"""),
            "redirect" => (302, ""),
            "forbidden" => (403, """{"fenced": true}"""),
            "broken" => (500, ""),
            "large" => (200, $$"""{"fenced": true, "how": "{{new string('x', 20_000)}}"}"""),
            _ => (200, "fenced"),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (status == 302)
        {
            context.Response.Headers.Location = "/yes";
        }

        await context.Response.WriteAsync(answer);
    }
}
