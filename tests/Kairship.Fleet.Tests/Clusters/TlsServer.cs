using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Kairship.Fleet.Tests.Clusters;

/// <summary>A server that answers everything with one status and remembers what it was asked.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsServer(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.ClientCertificateValidation = (_, _, _) => true;
                });
            }
        }));
        _app = builder.Build();
        _app.Run(async context =>
        {
            Seen.Enqueue(new Asked(
                context.Request.Host.Host, context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                (await context.Connection.GetClientCertificateAsync())?.Thumbprint));
            context.Response.StatusCode = Status;
            await context.Response.WriteAsync("{}");
        });
    }

    public int Status { get; set; } = 200;

    public ConcurrentQueue<Asked> Seen { get; } = new();

    public Uri Url => new(_app.Urls.Single());

    public static async Task<TlsServer> StartAsync(X509Certificate2? certificate = null)
    {
        var server = new TlsServer(certificate);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed record Asked(string Host, string Path, Dictionary<string, string> Headers, string? Certificate);
}
