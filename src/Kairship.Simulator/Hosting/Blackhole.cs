using System.Net.Sockets;

namespace Kairship.Simulator.Hosting;

/// <summary>
/// A port that swallows packets: it listens with room for one connection, which this takes itself, so that the kernel leaves everybody else's SYN unanswered. (Where
/// a system keeps more room than it is asked for, further connections are made and never served.)
/// </summary>
internal sealed class Blackhole : IDisposable
{
    private const int Enough = 3;
    private readonly List<Socket> _fillers = [];

    private Blackhole()
    {
    }

    public static Blackhole Dig(Socket bound)
    {
        bound.Listen(0);
        var hole = new Blackhole();
        for (var i = 0; i < Enough; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            hole._fillers.Add(filler);
            try
            {
                filler.Connect(bound.LocalEndPoint!);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // On its way, or hanging already.
            }
        }

        return hole;
    }

    public void Dispose() => _fillers.ForEach(f => f.Dispose());
}
