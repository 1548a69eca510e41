using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Failover;
using Kairship.Server.Triggers.Webhooks;
using Kairship.Workflows.Activities.BuiltIn.Http;
using Polly;
using Polly.Retry;

namespace Kairship.Server.Failover;

/// <param name="Sentence">What was confirmed, or why it was not.</param>
internal sealed record FenceHookAnswer(bool Fenced, string Sentence);

/// <summary>
/// Asks an application's hook to switch a lost cluster off, or whether it is off. The request is signed as our webhooks are, asked again where that may help, bounded in time and size; redirects are not followed. Only
/// 200 and {"fenced": true} confirm; whatever else comes leaves it unconfirmed.
/// </summary>
internal sealed partial class FenceHookCaller : IDisposable
{
    private const int LongestText = 500;
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(25);

    private readonly FencingBook book;
    private readonly SecretFolder secrets;
    private readonly TimeProvider time;
    private readonly ILogger<FenceHookCaller> logger;
    private readonly OutboundHttp http;
    private readonly ResiliencePipeline<HttpAnswer> pipeline;

    public FenceHookCaller(FencingBook book, SecretFolder secrets, TimeProvider time, ILogger<FenceHookCaller> logger, OutboundHttpOptions? reachable = null)
    {
        (this.book, this.secrets, this.time, this.logger) = (book, secrets, time, logger);
        http = new OutboundHttp((reachable ?? new OutboundHttpOptions()) with { MaxRedirects = 0, MaxResponseBytes = 16 * 1024, Timeout = Attempt });
        pipeline = new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = time }
            .AddTimeout(Whole)
            .AddRetry(new RetryStrategyOptions<HttpAnswer>
            {
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(500),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static a => ValueTask.FromResult(a.Outcome.Result is { Failure: HttpFailure.FailedToConnect or HttpFailure.Timeout } or { Status: 429 or 500 or 502 or 503 or 504 }),
            })
            .Build();
    }

    /// <summary>Asks, and confirms where the hook says so. Never throws but when cancelled.</summary>
    /// <param name="loss">Which loss of the cluster (<see cref="FencingBook.LossOf"/>).</param>
    public async Task<FenceHookAnswer> AskAsync(FenceHook hook, string cluster, string application, long loss, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(hook, new JsonObject { ["cluster"] = cluster, ["application"] = application, ["loss"] = loss }, cancellationToken);
        if (answer.Fenced)
        {
            var confirmed = await book.ConfirmForAsync(application, cluster, Shown(hook.Url), answer.Sentence, loss, cancellationToken);
            answer = confirmed.Refusal is { } refusal ? new FenceHookAnswer(false, refusal) : answer;
        }

        Answered(cluster, application, loss, answer.Fenced, answer.Sentence);
        return answer;
    }

    public void Dispose() => http.Dispose();

    private async Task<FenceHookAnswer> AskAsync(FenceHook hook, JsonObject question, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(hook.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            return new FenceHookAnswer(false, "The fence hook's URL is none: it must begin with http:// or https://.");
        }

        byte[]? secret = null;
        if (hook.SecretRef is { } name && (secret = await secrets.FindAsync(name, cancellationToken)) is null)
        {
            return new FenceHookAnswer(false, $"The server has no secret '{name}' to sign the fence hook's request with: put a file of that name into its folder of secrets.");
        }

        try
        {
            return Read(url.Authority, await pipeline.ExecuteAsync(async token => await SendAsync(url, question, secret, token), cancellationToken));
        }
        catch (Polly.Timeout.TimeoutRejectedException)
        {
            return new FenceHookAnswer(false, $"The fence hook {url.Authority} did not answer within {Whole.TotalSeconds:0} s.");
        }
    }

    private async Task<HttpAnswer> SendAsync(Uri url, JsonObject question, byte[]? secret, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(question);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (secret is not null)
        {
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Sign(secret, body));
        }

        return await http.SendAsync(request, time, cancellationToken);
    }

    private static FenceHookAnswer Read(string host, HttpAnswer answer)
    {
        if (answer.Failure != HttpFailure.None)
        {
            return new FenceHookAnswer(false, $"The fence hook could not be asked: {answer.Message}");
        }

        var said = answer.Content as JsonObject;
        var fenced = answer.Status == 200 && said?["fenced"] is JsonValue value && value.TryGetValue<bool>(out var isFenced) && isFenced;
        var words = Words(said?[fenced ? "how" : "reason"]);
        return fenced
            ? new FenceHookAnswer(true, words ?? $"The fence hook {host} answered that it is fenced.")
            : new FenceHookAnswer(false, answer.Status == 200
                ? $"The fence hook {host} did not confirm: {words ?? "its answer has no \"fenced\": true"}"
                : $"The fence hook {host} answered {answer.Status}{(words is null ? "" : $": {words}")}; 200 and {{\"fenced\": true}} confirm.");
    }

    /// <summary>A stranger's text: shortened, on one line.</summary>
    private static string? Words(JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
        {
            return null;
        }

        var plain = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return plain.Length == 0 ? null : plain.Length > LongestText ? plain[..LongestText] : plain;
    }

    /// <summary>Without what may be a secret in it.</summary>
    private static string Shown(string url)
    {
        var parsed = new Uri(url);
        var shown = $"{parsed.Scheme}://{parsed.Authority}{parsed.AbsolutePath}";
        return shown.Length > LongestText ? shown[..LongestText] : shown;
    }

    [LoggerMessage(LogLevel.Information, "Fence hook of {Application} about the loss {Loss} of {Cluster}: fenced {Fenced}. {Sentence}")]
    private partial void Answered(string cluster, string application, long loss, bool fenced, string sentence);
}
