using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Kairship.EndToEnd.Tests.Processes;
using Microsoft.Playwright;
using IRequest = Microsoft.Playwright.IRequest;

namespace Kairship.Designer.Tests.Browsing;

/// <summary>
/// Listens to all that happens in the pages of a test, and says at its end what should not have: an error in the console, an answer that is an error, a request
/// that leaves the server. What a test provokes on purpose it announces with <see cref="Expect"/>.
/// </summary>
internal sealed partial class PageWatch
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentQueue<string> _story = new();
    private readonly ConcurrentBag<(int Status, Regex Path)> _expected = [];
    private readonly ConcurrentQueue<string> _sockets = new();
    private readonly ConcurrentDictionary<IRequest, string> _open = new();
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly Uri _origin;

    public PageWatch(IBrowserContext context, Uri origin)
    {
        _origin = origin;
        context.Request += (_, request) => Request(request);
        context.Response += (_, response) => Response(response);
        context.RequestFinished += (_, request) => _open.TryRemove(request, out string? _);
        context.RequestFailed += (_, request) => Failed(request);
        context.Console += (_, message) => Console(message);
        context.WebError += (_, error) => Wrong($"exception in the page: {error.Error}");
        context.Page += (_, page) => page.WebSocket += (_, socket) => Socket(socket);
    }

    /// <summary>What happened, for whoever looks for the cause of a failure.</summary>
    public string Story => string.Join('\n', _story);

    /// <summary>What should not have happened until now.</summary>
    public IReadOnlyCollection<string> Wrongs => [.. _wrong];

    /// <summary>Addresses of the WebSockets that were opened, and a line for each frame that came.</summary>
    public IReadOnlyCollection<string> Sockets => [.. _sockets];

    /// <summary>How many requests to paths like this have begun until now.</summary>
    public int CountBegun(string part) => _begun.Count(url => url.Contains(part, StringComparison.Ordinal));

    /// <summary>Waits until for half a second no request is open and none begins: one that has its answer often leads to the next.</summary>
    public async Task QuietAsync()
    {
        var (begun, since) = (-1, 0L);
        await Patience.UntilAsync(
            () =>
            {
                if (!_open.IsEmpty || _begun.Count != begun)
                {
                    (begun, since) = (_begun.Count, TimeProvider.System.GetTimestamp());
                }

                return Task.FromResult(TimeProvider.System.GetElapsedTime(since) > Quiet);
            },
            () => $"it does not become quiet; open: {string.Join(", ", _open.Values)}");
    }

    /// <summary>This test provokes an answer with this status from paths like this.</summary>
    public void Expect(int status, string pathPattern) => _expected.Add((status, new Regex(pathPattern, RegexOptions.None, TimeSpan.FromSeconds(1))));

    public bool IsExpected(int status, string url) => _expected.Any(e => e.Status == status && e.Path.IsMatch(new Uri(url).AbsolutePath));

    private void Request(IRequest request)
    {
        var url = new Uri(request.Url);
        if (url.Scheme is not ("blob" or "data" or "about") && url.Authority != _origin.Authority)
        {
            Wrong($"request to another server: {request.Method} {request.Url}");
        }

        _open[request] = $"{request.Method} {request.Url}";
        _begun.Enqueue(request.Url);
    }

    private void Response(IResponse response)
    {
        if (response.Url.StartsWith("blob:", StringComparison.Ordinal) || response.Url.StartsWith("data:", StringComparison.Ordinal))
        {
            return;
        }

        var line = $"{response.Status} {response.Request.Method} {new Uri(response.Url).PathAndQuery}";
        if (!line.Contains("/_framework/", StringComparison.Ordinal) && !line.Contains("/_content/", StringComparison.Ordinal))
        {
            _story.Enqueue(line);
        }

        if (response.Status >= 400 && !IsExpected(response.Status, response.Url))
        {
            Wrong($"answer: {line}");
        }
    }

    private void Failed(IRequest request)
    {
        _open.TryRemove(request, out string? _);

        // A page that is left takes its requests with it.
        if (request.Failure is not "net::ERR_ABORTED")
        {
            Wrong($"request failed: {request.Method} {request.Url}: {request.Failure}");
        }
    }

    private void Console(IConsoleMessage message)
    {
        if (message.Type is "info" or "log" or "debug")
        {
            return;
        }

        var said = $"console {message.Type}: {message.Text} ({message.Location})";
        _story.Enqueue(said);
        if (message.Type == "error" && !IsAboutExpected(message))
        {
            Wrong(said);
        }
    }

    /// <summary>For each answer with an error the browser writes a line of its own.</summary>
    private bool IsAboutExpected(IConsoleMessage message) =>
        Status().Match(message.Text) is { Success: true } status && Place().Match(message.Location) is { Success: true } place
        && IsExpected(int.Parse(status.Groups[1].Value, CultureInfo.InvariantCulture), place.Groups[1].Value);

    private void Socket(IWebSocket socket)
    {
        _sockets.Enqueue(new Uri(socket.Url).AbsolutePath);
        socket.FrameReceived += (_, frame) => _sockets.Enqueue(frame.Text?[..Math.Min(frame.Text.Length, 120)] ?? "binary");
        if (new Uri(socket.Url).Authority != _origin.Authority)
        {
            Wrong($"socket to another server: {socket.Url}");
        }
    }

    private void Wrong(string what)
    {
        _story.Enqueue($"WRONG {what}");
        _wrong.Enqueue(what);
    }

    [GeneratedRegex(@"^Failed to load resource: .* status of (\d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Status();

    /// <summary>The address, without line and column.</summary>
    [GeneratedRegex(@"^(.*?)(:\d+:\d+)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}
