using System.Collections.Concurrent;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>Clients that a look uses when the usual one has not answered: one for each time that it asks again.</summary>
internal sealed class SpareTransports(ClusterConnection connection) : IDisposable
{
    private readonly ConcurrentDictionary<int, Lazy<ClusterTransport>> _spares = new();

    public ClusterTransport Of(int time) => _spares.GetOrAdd(time, _ => new Lazy<ClusterTransport>(connection.Spare)).Value;

    public void Dispose()
    {
        foreach (var spare in _spares.Values)
        {
            spare.Value.Dispose();
        }
    }
}
