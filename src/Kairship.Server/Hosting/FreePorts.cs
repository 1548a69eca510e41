using System.Net;
using System.Net.Sockets;

namespace Kairship.Server.Hosting;

internal static class FreePorts
{
    /// <summary>Different free ports on loopback. Somebody else may take one before it is used: then the start fails, and is tried again.</summary>
    public static int[] Take(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            sockets.ForEach(s => s.Start());
            return [.. sockets.Select(s => ((IPEndPoint)s.LocalEndpoint).Port)];
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }
}
