using System.Net;
using Kairship.Simulator.Api;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kairship.Simulator.Hosting;

/// <summary>The web server of one cluster on loopback.</summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ClusterCertificates? _certificates;
    private readonly CancellationTokenSource _stopping = new();

    private ClusterHost(
        SimulatedClusterOptions options, ClusterCertificates? certificates, ObjectStore store, ClusterFaults faults, BearerTokens tokens, TimeProvider clock)
    {
        _certificates = certificates;
        Injection = new FaultInjection(faults, clock, _stopping.Token);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, options));
        _app = builder.Build();
        _app.Use((context, next) => Injection.InvokeAsync(context, next));
        ControlEndpoints.Map(_app, store, faults, tokens.Accepts);
        _app.MapKubernetesApi(store, new ApiServerOptions(options.Version, tokens.Accepts));
    }

    public FaultInjection Injection { get; }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public static async Task<ClusterHost> StartAsync(
        SimulatedClusterOptions options,
        ClusterCertificates? certificates,
        ObjectStore store,
        ClusterFaults faults,
        BearerTokens tokens,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var host = new ClusterHost(options, certificates, store, faults, tokens, clock);
        try
        {
            await host._app.StartAsync(cancellationToken);
            var addresses = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
            host.Url = new Uri(addresses!.Addresses.First());
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
        _certificates?.Serving.Dispose();
        _stopping.Dispose();
    }

    private void Listen(KestrelServerOptions kestrel, SimulatedClusterOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 250;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(
            IPAddress.Loopback,
            options.Port,
            listen =>
            {
                listen.Protocols = _certificates is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (_certificates is not null)
                {
                    listen.UseHttps(_certificates.Serving);
                }
            });
    }

    /// <summary>The cluster lives as long as its owner says; signals are for the process that hosts it.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
