using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kairship.Workflows.Tests.Activities.Http;

/// <summary>What one request brought.</summary>
public sealed record SeenRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A real HTTP server on loopback that answers as a test says.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly HttpListener listener;
    private readonly Task loop;
    private readonly ConcurrentQueue<SeenRequest> seen = new();

    public LoopbackServer(Func<SeenRequest, HttpListenerResponse, byte[]> answer)
    {
        (listener, Port) = Listen();
        loop = Task.Run(() => ServeAsync(answer));
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public IReadOnlyList<SeenRequest> Seen => [.. seen];

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>A port that was free may be taken by somebody else before it is listened on: then another.</summary>
    private static (HttpListener Listener, int Port) Listen()
    {
        for (var tries = 1; ; tries++)
        {
            var port = FreePort();
            var fresh = new HttpListener();
            fresh.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                fresh.Start();
                return (fresh, port);
            }
            catch (HttpListenerException) when (tries < 10)
            {
                fresh.Close();
            }
        }
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await loop;
    }

    private async Task ServeAsync(Func<SeenRequest, HttpListenerResponse, byte[]> answer)
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                var request = new SeenRequest(
                    context.Request.HttpMethod, context.Request.RawUrl!, context.Request.Headers.AllKeys.ToDictionary(k => k!, k => context.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase),
                    await reader.ReadToEndAsync());
                seen.Enqueue(request);
                var body = answer(request, context.Response);
                context.Response.OutputStream.Write(body);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // The caller went away, or the server was closed.
            }
        }
    }
}
