using Orleans.Configuration;

namespace Kairship.Server.Hosting;

internal static class Silo
{
    /// <summary>
    /// One silo inside this process, on loopback with free ports: two servers can run on one machine and nothing is exposed. Nodes that share a
    /// PostgreSQL database each have a silo of their own for now: what one of them is not told is found by its sweep, and the epoch at commit
    /// keeps them apart. Orleans' tables for a shared membership do not come with its package.
    /// </summary>
    public static void UseKairshipSilo(this WebApplicationBuilder builder, ServerOptions options) =>
        builder.Host.UseOrleans(silo =>
        {
            var ports = FreePorts.Take(2);
            silo.UseLocalhostClustering(ports[0], ports[1], serviceId: "kairship", clusterId: options.NodeName);
            silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(30));
            silo.Configure<GrainCollectionOptions>(o => o.CollectionAge = TimeSpan.FromMinutes(5));
        });
}
