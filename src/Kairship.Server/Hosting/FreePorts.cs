using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Kairship.Server.Hosting;

/// <summary>Ports to listen on where it does not matter which.</summary>
public static class FreePorts
{
    // Below what operating systems give to outgoing connections (Linux from 32768, others from 49152): a port that is free now stays free until it
    // is used, and again after its server was killed, unless somebody else asks for that very one.
    private const int First = 12_000;
    private const int Last = 32_000;
    private const int MaxTries = 1_000;

    private const int MostGiven = 1_000;

    // What was given out is listened on a little later: nobody else in this process gets it meanwhile.
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>Different ports of the loopback address that nobody listens on now.</summary>
    /// <exception cref="IOException">There are none.</exception>
    public static int[] Take(int count)
    {
        var found = new HashSet<int>();
        if (Given.Count > MostGiven)
        {
            Given.Clear();
        }

        for (var i = 0; i < MaxTries && found.Count < count; i++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            if (Given.TryAdd(port, true) && IsFree(port))
            {
                found.Add(port);
            }
        }

        return found.Count == count ? [.. found] : throw new IOException($"No {count} free ports between {First} and {Last} were found on the loopback address.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
