using System.Net.Security;
using Kairship.Simulator.Api;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Hosting;

/// <summary>What the network sees of one cluster: its port, its certificate, its API behind its faults.</summary>
internal sealed class ClusterFront
{
    private readonly RequestHandler _api;
    private readonly Lazy<SslServerAuthenticationOptions> _tls;

    public ClusterFront(
        SimulatedClusterOptions options, ClusterCertificates? certificates, ObjectStore store, ClusterFaults faults, BearerTokens tokens, TimeProvider clock)
    {
        Certificates = certificates;
        _api = new RequestHandler(store, new ApiServerOptions(options.Version, tokens.Accepts));
        // Made with the first connection: most clusters of a large fleet wait long for one.
        _tls = new Lazy<SslServerAuthenticationOptions>(() => new SslServerAuthenticationOptions { ServerCertificateContext = certificates!.Context() });
        Faults = faults;
        WantedPort = options.Port;
        Injection = new FaultInjection(faults, clock);
    }

    public ClusterCertificates? Certificates { get; }

    public ClusterFaults Faults { get; }

    public FaultInjection Injection { get; }

    public int WantedPort { get; }

    public bool HasTls => Certificates is not null;

    /// <summary>The listener of its port, once it is bound.</summary>
    public ClusterListener? Listener { get; set; }

    public int Port => Listener?.Port ?? 0;

    public Uri Url => new($"{(HasTls ? "https" : "http")}://127.0.0.1:{Port}");

    public SslServerAuthenticationOptions Tls() => _tls.Value;

    public Task HandleAsync(HttpContext context) => Injection.InvokeAsync(context, _api.HandleAsync);
}
