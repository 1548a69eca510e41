using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Simulator.Hosting;

/// <summary>One web server on loopback for all clusters of a fleet, each on a port of its own, and one more port for their control.</summary>
internal sealed class FleetHost : IAsyncDisposable
{
    /// <summary>Trees of some kilobytes each that have become garbage: hundreds of megabytes.</summary>
    private const int WorthCollecting = 50_000;

    /// <summary>Long: a frozen cluster must not close the connections whose handshakes it does not answer, its clients have to lose patience.</summary>
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan RestInterval = TimeSpan.FromSeconds(2);
    private readonly WebApplication _app;
    private readonly Transport _transport;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _rest;
    private int _resting;
    private int _garbage;

    private FleetHost(IReadOnlyList<SimulatedCluster> clusters, RequestDelegate? control)
    {
        _transport = new Transport(_stopping.Token);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, clusters.Select(c => c.Front), control is not null));
        builder.Services.AddSingleton<IConnectionListenerFactory>(_transport);
        _app = builder.Build();
        _rest = TimeProvider.System.CreateTimer(_ => Rest(clusters), null, RestInterval, RestInterval);
        _app.Run(context => context.Features.Get<ClusterFront>() is { } front ? front.HandleAsync(context) : control!(context));
    }

    /// <summary>Where the control is served; null without one.</summary>
    public Uri? Control => _transport.Control is { } listener ? new Uri($"http://127.0.0.1:{listener.Port}") : null;

    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<FleetHost> StartAsync(IReadOnlyList<SimulatedCluster> clusters, RequestDelegate? control, CancellationToken cancellationToken)
    {
        var host = new FleetHost(clusters, control);
        try
        {
            await host._app.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _rest.DisposeAsync();
        // Watches would hold a graceful stop for its whole time.
        await _stopping.CancelAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Connections that were still open are closed.
        }

        await _app.DisposeAsync();
        _transport.Dispose();
        _stopping.Dispose();
    }

    // One timer for all: a thousand idle clusters must not wake the processor a thousand times.
    private void Rest(IReadOnlyList<SimulatedCluster> clusters)
    {
        if (Interlocked.Exchange(ref _resting, 1) == 1)
        {
            return;
        }

        try
        {
            var packed = clusters.Sum(c => Rest(c));
            _garbage += packed;
            if (packed == 0 && _garbage >= WorthCollecting)
            {
                // After a burst nothing is allocated any more, so that the collector would let the garbage lie for good.
                _garbage = 0;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
        finally
        {
            Volatile.Write(ref _resting, 0);
        }
    }

    private static int Rest(SimulatedCluster cluster)
    {
        try
        {
            return cluster.Rest();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or the folder was taken away: the journal stays as it is, the next write that cannot be kept is refused, and other clusters rest.
            return 0;
        }
    }

    private static void Listen(KestrelServerOptions kestrel, IEnumerable<ClusterFront> fronts, bool control)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 250;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        foreach (var front in fronts)
        {
            kestrel.Listen(new FrontEndPoint(front, front.WantedPort), listen =>
            {
                listen.Protocols = front.HasTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                if (front.HasTls)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(front.Tls()), HandshakeTimeout = HandshakeTimeout });
                }
            });
        }

        if (control)
        {
            kestrel.Listen(new FrontEndPoint(null, 0), listen => listen.Protocols = HttpProtocols.Http1);
        }
    }

    /// <summary>Binds the ports as <see cref="ClusterListener"/>s.</summary>
    private sealed class Transport(CancellationToken stopping) : IConnectionListenerFactory, IDisposable
    {
        private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

        public ClusterListener? Control { get; private set; }

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var front = (FrontEndPoint)endpoint;
            var listener = ClusterListener.Bind(front, _connections, stopping);
            if (front.Front is null)
            {
                Control = listener;
            }

            return new(listener);
        }

        public void Dispose() => _connections.Dispose();
    }

    /// <summary>The clusters live as long as their owner says; signals are for the process that hosts them.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
