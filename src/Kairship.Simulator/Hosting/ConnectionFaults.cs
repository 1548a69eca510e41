using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Kairship.Simulator.Hosting;

/// <summary>What the faults of a cluster do to a connection below TLS: it is reset, or no byte moves any more.</summary>
internal static class ConnectionFaults
{
    public static void Follow(ConnectionContext connection, Socket socket, ClusterFront? front, CancellationToken stopping)
    {
        var end = stopping.UnsafeRegister(static c => ((ConnectionContext)c!).Abort(), connection);
        connection.ConnectionClosed.UnsafeRegister(static r => ((IDisposable)r!).Dispose(), end);
        if (front is null)
        {
            return;
        }

        connection.Features.Set(front);
        connection.Transport = new StallingPipe(connection.Transport, front.Faults, connection.ConnectionClosed);
        var cut = front.Faults.Cut.UnsafeRegister(static c => Reset(((ConnectionContext, Socket))c!), (connection, socket));
        connection.ConnectionClosed.UnsafeRegister(static r => ((IDisposable)r!).Dispose(), cut);
    }

    // With RST, as a host does that knows nothing of a connection any more.
    private static void Reset((ConnectionContext Connection, Socket Socket) both)
    {
        try
        {
            both.Socket.LingerState = new LingerOption(enable: true, 0);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The client was faster.
        }

        both.Connection.Abort();
    }
}
