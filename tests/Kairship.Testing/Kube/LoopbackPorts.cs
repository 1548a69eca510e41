using System.Net;
using System.Net.Sockets;

namespace Kairship.Testing.Kube;

/// <summary>Ports of the loopback address outside of the range that the system hands out by itself: what is free now is free after a restart.</summary>
public static class LoopbackPorts
{
    /// <summary>The first of some neighbours that are all free at this moment.</summary>
    public static int First(int neighbours)
    {
        while (true)
        {
            var first = Random.Shared.Next(17_600 / neighbours, 30_000 / neighbours) * neighbours;
            if (Enumerable.Range(first, neighbours).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
