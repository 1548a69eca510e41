using System.Net;

namespace Kairship.Simulator.Hosting;

/// <summary>A loopback port and who is behind it: a cluster, or the control of the whole fleet (null).</summary>
internal sealed class FrontEndPoint(ClusterFront? front, int port) : IPEndPoint(IPAddress.Loopback, port)
{
    public ClusterFront? Front { get; } = front;
}
